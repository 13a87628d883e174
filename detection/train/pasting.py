"""Cut-outs of real pictures put into other ones: small real things, and pictures on boards.

After G. Ghiasi et al., "Simple Copy-Paste is a Strong Data Augmentation Method" (CVPR 2021), with
boxes in place of masks. A thing comes with what surrounds it, so that its straight edges say
nothing cut-outs without a thing are pasted as often.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.labelled import ANIMAL, CLASSES, DEER, LabelledPicture
from detection.train.augment import Boxes, Picture, Square

Pixels = NDArray[np.int_]

# What stands upright and fills its box.
KINDS: Final = ("cone", "barrier", "construction_vehicle", "worker", "animal", "deer")
LEAST_CUT_PX: Final = 20
MOST: Final = 4  # cut-outs in one square
LOWEST_PX: Final = 14.0
HIGHEST_PX: Final = 110.0
TRIES: Final = 8
# Of a box that is there already no more than this may be hidden.
MOST_HIDDEN: Final = 0.1


@dataclass(frozen=True, slots=True)
class CutOut:
    """Part of a picture; number: the class of the thing that fills it, None where it is empty."""

    picture: Picture
    number: int | None


class Album:
    """Pictures that things are cut out of, and pictures that show nothing to be found.

    Raises ValueError where there are none of either.
    """

    def __init__(self, full: Sequence[LabelledPicture], empty: Sequence[LabelledPicture]) -> None:
        self._things: dict[int, list[tuple[LabelledPicture, int]]] = {}
        for picture in full:
            for row, number in enumerate(picture.classes.tolist()):
                twice = number == ANIMAL and DEER in picture.classes
                if CLASSES[number] in KINDS and not twice:
                    self._things.setdefault(number, []).append((picture, row))
        self._empty = list(empty)
        if not self._things or not self._empty:
            raise ValueError("there is nothing to cut out of these sources: pasted must be 0")

    def cut(
        self, rng: np.random.Generator, decoded: Callable[[LabelledPicture], Picture]
    ) -> list[CutOut]:
        """A few things, every kind as often, and about as many parts of pictures without any."""
        found = []
        for _ in range(int(rng.integers(1, MOST + 1))):
            if rng.random() < 0.5:
                found.append(_nothing(rng, decoded(self._empty[rng.integers(len(self._empty))])))
                continue
            number = sorted(self._things)[rng.integers(len(self._things))]
            labelled, row = self._things[number][rng.integers(len(self._things[number]))]
            found.append(_thing(rng, decoded(labelled), labelled.boxes[row], number))
        return [each for each in found if min(each.picture.shape[:2]) >= LEAST_CUT_PX]


def _thing(
    rng: np.random.Generator, picture: Picture, box: NDArray[np.float64], number: int
) -> CutOut:
    """What a box shows; middle and size in shares of the picture."""
    size = np.array([picture.shape[1], picture.shape[0]])
    left, top = np.rint((box[:2] - box[2:] / 2) * size).astype(int).clip(0)
    right, bottom = np.rint((box[:2] + box[2:] / 2) * size).astype(int)
    return CutOut(_mirrored(rng, picture[top:bottom, left:right]), number)


def _nothing(rng: np.random.Generator, picture: Picture) -> CutOut:
    """Some part of a picture."""
    height, width = picture.shape[:2]
    tall = int(height * rng.uniform(0.15, 0.6))
    wide = int(np.clip(tall * np.exp(rng.normal(0, 0.4)), 1, width - 1))
    left, top = int(rng.integers(width - wide)), int(rng.integers(height - tall))
    return CutOut(_mirrored(rng, picture[top : top + tall, left : left + wide]), None)


def pasted(rng: np.random.Generator, square: Square, cut_outs: Sequence[CutOut]) -> Square:
    """The square with cut-outs where they hide next to nothing that is labelled."""
    picture, boxes = square.picture.copy(), square.boxes
    for each in cut_outs:
        height, width = each.picture.shape[:2]
        tall = float(np.exp(rng.uniform(np.log(LOWEST_PX), np.log(HIGHEST_PX))))
        tall = min(tall, 1.2 * height)  # what is enlarged is not what a camera sees
        size = np.array([max(round(tall * width / height), 3), max(round(tall), 3)])
        corner = _place(rng, square.picture.shape[0], size, boxes)
        if corner is None:
            continue
        _put(rng, picture, each.picture, corner, size)
        if each.number is not None:
            row = np.array([[each.number, *corner, *(corner + size)]], np.float32)
            boxes = np.concatenate([boxes, row])
    return Square(picture, boxes)


def _mirrored(rng: np.random.Generator, picture: Picture) -> Picture:
    return picture[:, ::-1] if rng.random() < 0.5 else picture


def _place(rng: np.random.Generator, side_px: int, size: Pixels, boxes: Boxes) -> Pixels | None:
    """Left and top of a free place of that size, below the sky."""
    if size.max() >= side_px // 2:
        return None
    for _ in range(TRIES):
        middle = rng.uniform((0.05, 0.35), (0.95, 0.9)) * side_px
        corner = np.rint(middle - size / 2).astype(int).clip(0, side_px - size)
        if not len(boxes) or (_hidden(corner, corner + size, boxes) <= MOST_HIDDEN).all():
            return corner
    return None


def _hidden(low: Pixels, high: Pixels, boxes: Boxes) -> NDArray[np.float32]:
    """The share of each box that lies between the two corners."""
    sides = np.minimum(high, boxes[:, 3:5]) - np.maximum(low, boxes[:, 1:3])
    areas = (boxes[:, 3:5] - boxes[:, 1:3]).prod(axis=1)
    shares: NDArray[np.float32] = sides.clip(min=0).prod(axis=1) / areas
    return shares


def _put(
    rng: np.random.Generator, into: Picture, picture: Picture, corner: Pixels, size: Pixels
) -> None:
    """Scale, darken or brighten towards what is there, blend the rim."""
    small = cv2.resize(picture, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    there = into[corner[1] : corner[1] + size[1], corner[0] : corner[0] + size[0]]
    patch = small.astype(np.float32)
    gain = (float(there.mean()) + 20) / (float(patch.mean()) + 20)
    patch *= np.float32(gain ** rng.uniform(0, 0.7))
    mask = np.zeros((size[1], size[0]), np.float32)
    rim = 1 if rng.random() < 0.5 else max(1, int(size.min() * 0.12))
    mask[rim // 2 : size[1] - rim // 2, rim // 2 : size[0] - rim // 2] = 1
    mask = cv2.blur(mask, (2 * rim - 1, 2 * rim - 1), borderType=cv2.BORDER_CONSTANT)[..., None]
    there[:] = (there + (patch - there) * mask).clip(0, 255).astype(np.uint8)
