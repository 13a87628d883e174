"""Whether a frame could have shown a hazard at all: the gate before it may speak against one.

The gate errs on the side of passing: it stops frames in which a person would see no road either.
Everything is measured on a grey copy with a long side of 320 px, values 0..255. Of 1,555 ordinary
pictures of roads none is called a wrong mount, of 2,192 pictures none indoor (95 % upper bounds
0.24 % and 0.17 %; the thresholds were chosen on the same pictures).

Wrong mount is what looks away from the road: smooth sky far down, or a smooth bonnet far up. It
catches 45 of 49 bonnets drawn over three quarters of a frame (the other frames were at night),
and 39, 31 and 24 of the upper 20, 30 and 40 % of 49 frames (the rest hold branches or houses).
It misses a bonnet with sharp reflections, a dashboard full of things, a camera that looks
sideways, and everything at night.
Indoor needs two kinds of furniture or household things and no vehicle. How many rooms that
catches is not measured for want of pictures; an empty room or a garage passes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

LONG_SIDE_PX: Final = 320


@dataclass(frozen=True, slots=True)
class Quality:
    """dark: night, dusk or tunnel. usable: False with a reason.

    reason: too_dark, obstructed, blurred, wrong_mount or indoor.
    """

    dark: bool
    usable: bool
    reason: str | None


# Thresholds, chosen on some 600 ordinary pictures of roads and animals, of which none is stopped.
# Median brightness below which a frame counts as night, dusk or tunnel.
DARK_MEDIAN: Final = 50.0
# Even the brightest parts (99th percentile, so that a lamp or two do not count) are this dim;
# the darkest ordinary picture has 101.
BLACK_PERCENTILE_99: Final = 40.0
# Standard deviation of brightness: a lens behind a hand, mud or snow. The flattest ordinary
# picture, in fog, has 14.
UNIFORM_DEVIATION: Final = 8.0
# Variance of the Laplacian over the variance of brightness (relative, so that haze passes). The
# softest ordinary picture has 0.054; blurred by a Gaussian of 0.8 % of the long side the median
# is 0.002.
SHARP_RATIO: Final = 0.006
# Difference to the pixel below that counts as an edge: skies and bonnets have none for long.
EDGE_LEVELS: Final = 6.0
# Share of the height that the middle column of a frame (by order) has no edge in, from above and
# from below. The largest among ordinary pictures are 0.70 and 0.57.
SKY_SHARE: Final = 0.75
BONNET_SHARE: Final = 0.65

# Confidence at which a thing counts as seen here.
SURE: Final = 0.4
HOUSEHOLD: Final = frozenset(
    {"chair", "couch", "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote"}
    | {"keyboard", "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock"}
    | {"vase", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "teddy bear"}
)
TRAFFIC: Final = frozenset(
    {"car", "truck", "bus", "motorcycle", "bicycle", "train", "traffic light", "stop sign"}
)


def judge(rgb: NDArray[np.uint8], seen: Collection[str] = ()) -> Quality:
    """Judge a picture (height x width x 3, both sides at least 32 px).

    seen: names of what a detector is SURE to have found in it, as COCO calls them.
    """
    grey = _small(rgb)
    dark = bool(np.median(grey) < DARK_MEDIAN)
    reason = None
    if np.percentile(grey, 99) < BLACK_PERCENTILE_99:
        reason = "too_dark"
    elif grey.std() < UNIFORM_DEVIATION:
        reason = "obstructed"
    elif _laplacian(grey).var() / grey.var() < SHARP_RATIO:
        reason = "blurred"
    elif not dark and _looks_away(grey):
        reason = "wrong_mount"
    elif len(HOUSEHOLD.intersection(seen)) > 1 and TRAFFIC.isdisjoint(seen):
        reason = "indoor"
    return Quality(dark, reason is None, reason)


def _small(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey, each pixel the mean of those it stands for; smaller pictures keep their size."""
    height, width = rgb.shape[:2]
    scale = LONG_SIDE_PX / max(width, height)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float32)


def _looks_away(grey: NDArray[np.float32]) -> bool:
    """Whether sky or bonnet reach so far that hardly any road can be in view."""
    edges = np.abs(np.diff(grey, axis=0)) > EDGE_LEVELS
    height = len(edges)
    above, below = (
        np.median(np.where(rows.any(axis=0), rows.argmax(axis=0), height)) / height
        for rows in (edges, edges[::-1])
    )
    return bool(above > SKY_SHARE or below > BONNET_SHARE)


def _laplacian(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Difference of each inner pixel to its four neighbours."""
    middle = grey[1:-1, 1:-1]
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return around - 4 * middle
