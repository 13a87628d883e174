"""Make faces and number plates unrecognisable, for good, and say what was done.

Whatever lies inside a region is averaged to at most BLOCKS blocks along its longer side, the
blocks get random noise from the operating system, and the result is smoothed. The averages cannot
be turned back: what made the difference is no longer in the picture. The noise is against those
who blur candidates themselves and compare: without noise they pick the right one of five plates
always, with it hardly more often than by guessing.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from detection.boxes import Boxes

BLOCKS: Final = 2
NOISE_LEVELS: Final = 20.0  # one standard deviation per block and channel, of 255

# Boxes are enlarged by this share of their own width and height on each side: a face box ends at
# forehead and chin, a plate box may cut a letter.
FACE_MARGIN: Final = 0.25
PLATE_MARGIN: Final = 0.15

# A person whose face was not found (turned away, helmet, too dark) is blurred where the head is.
# Below this height in pixels a head is under ten pixels high and shows nobody.
PERSON_HEIGHT_PX: Final = 48
# Lowest confidence at which something counts as a person here; lower than for detection.
PERSON_THRESHOLD: Final = 0.15

# On a vehicle something that is hardly like a plate is taken for one: black plates with white
# letters, foreign ones, plates at an angle. Elsewhere that would blur signs.
VEHICLES: Final = frozenset({"car", "motorcycle", "bus", "truck"})
VEHICLE_PLATE_THRESHOLD: Final = 0.005
VEHICLE_MARGIN: Final = 0.05


class Private(StrEnum):
    """What a blurred region hides."""

    FACE = "face"
    PLATE = "plate"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Region:
    """A blurred rectangle, in shares of the picture's width and height (0..1)."""

    what: Private
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class BlurReceipt:
    """What was looked for, with what, and what was blurred. *_model: labels with versions.

    plate_threshold: the lowest that was used, which holds on vehicles. person_model: None where the
    hazard model does not know persons; then only faces and plates were looked for. blurred_at:
    when, ISO 8601 in UTC; no part of what makes receipts equal.
    """

    face_model: str
    face_threshold: float
    plate_model: str
    plate_threshold: float
    person_model: str | None
    person_threshold: float
    regions: tuple[Region, ...]
    blurred_at: str = field(
        default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"), compare=False
    )


def face_regions(boxes: Boxes, size_px: tuple[int, int]) -> list[Region]:
    """Regions for boxes of faces in pixels; size_px: width and height of the picture."""
    return [_region(Private.FACE, box, FACE_MARGIN, size_px) for box in boxes[:, 0:4].tolist()]


def likely_plates(plates: Boxes, vehicles: Boxes, threshold: float) -> Boxes:
    """Those of the boxes that score at least the threshold, or whose middle is on a vehicle."""
    middle = (plates[:, None, 0:2] + plates[:, None, 2:4]) / 2
    margin = VEHICLE_MARGIN * (vehicles[:, 2:4] - vehicles[:, 0:2])
    above, below = middle > vehicles[:, 0:2] - margin, middle < vehicles[:, 2:4] + margin
    on_vehicle = np.any(np.all(above & below, axis=2), axis=1)
    kept: Boxes = plates[(plates[:, 4] >= threshold) | on_vehicle]
    return kept


def plate_regions(boxes: Boxes, size_px: tuple[int, int]) -> list[Region]:
    """Regions for boxes of number plates in pixels."""
    return [_region(Private.PLATE, box, PLATE_MARGIN, size_px) for box in boxes[:, 0:4].tolist()]


def head_regions(boxes: Boxes, size_px: tuple[int, int]) -> list[Region]:
    """Regions of the heads of whole persons, whose boxes are in pixels.

    The upper fifth of a tall box, the upper third of one that is not twice as tall as wide (a
    rider, somebody sitting or half hidden: the head takes a larger share). It is blurred even
    where a face was found: a blurred head too many costs nothing, a missing one cannot be undone.
    """
    regions = []
    for left, top, right, bottom in boxes[:, 0:4].tolist():
        height = bottom - top
        if height < PERSON_HEIGHT_PX:
            continue
        head = height / 5 if height >= 2 * (right - left) else height / 3
        regions.append(_region(Private.HEAD, (left, top, right, top + head), 0.0, size_px))
    return regions


def _region(what: Private, box: Iterable[float], margin: float, size_px: tuple[int, int]) -> Region:
    left, top, right, bottom = box
    dx, dy = (right - left) * margin, (bottom - top) * margin
    width, height = size_px
    return Region(
        what,
        left=min(max((left - dx) / width, 0.0), 1.0),
        top=min(max((top - dy) / height, 0.0), 1.0),
        right=min(max((right + dx) / width, 0.0), 1.0),
        bottom=min(max((bottom + dy) / height, 0.0), 1.0),
    )


def blur(rgb: NDArray[np.uint8], regions: Iterable[Region]) -> Image.Image:
    """A copy of the picture (height x width x 3) with every region made unrecognisable.

    Regions are widened to whole pixels. Two calls differ in the noise.
    """
    picture = Image.fromarray(rgb)
    noise = np.random.default_rng(secrets.randbits(128))
    for region in regions:
        box = (
            int(region.left * picture.width),
            int(region.top * picture.height),
            int(np.ceil(region.right * picture.width)),
            int(np.ceil(region.bottom * picture.height)),
        )
        if box[0] < box[2] and box[1] < box[3]:
            picture.paste(_blurred(picture.crop(box), noise), box[0:2])
    return picture


def _blurred(part: Image.Image, noise: np.random.Generator) -> Image.Image:
    block_px = max(part.size) / BLOCKS
    blocks = (max(1, int(part.width / block_px)), max(1, int(part.height / block_px)))
    means = np.asarray(part.resize(blocks, Image.Resampling.BOX))
    noisy = means + noise.normal(0.0, NOISE_LEVELS, means.shape)
    coarse = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
    coarse = coarse.resize(part.size, Image.Resampling.NEAREST)
    return coarse.filter(ImageFilter.GaussianBlur(block_px / 2))
