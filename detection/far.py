"""The far road: a part of the frame, where things are small, is looked at a second time by itself.

A network sees a frame scaled down to its own size; what is forty metres away is then a few pixels
high. The middle of the frame at twice that scale costs three quarters of a look at the whole.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detection.boxes import Boxes, strongest

# The two views report what lies in both.
TWICE_SEEN_OVERLAP: Final = 0.5
# What ends this close to the crop's border goes on beyond it: only the whole frame shows it whole.
BORDER_PX: Final = 2


@dataclass(frozen=True, slots=True)
class Part:
    """Where a crop lies in a picture of a size: left, top, right and bottom in pixels."""

    left: int
    top: int
    right: int
    bottom: int
    size_px: tuple[int, int]

    def of(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The part of a picture (height x width x 3)."""
        return np.ascontiguousarray(picture[self.top : self.bottom, self.left : self.right])

    def whole(self, boxes: Boxes) -> NDArray[np.bool_]:
        """Which boxes in the picture do not end at a border of the crop that is inside of it."""
        low = np.array([self.left, self.top])
        high = np.array([self.right, self.bottom])
        cut_low = (boxes[:, 0:2] < low + BORDER_PX) & (low > 0)
        cut_high = (boxes[:, 2:4] > high - BORDER_PX) & (high < self.size_px)
        return np.asarray(~(cut_low | cut_high).any(axis=1), np.bool_)


@dataclass(frozen=True, slots=True)
class FarCrop:
    """Left, top, right and bottom of the far road in shares of the frame.

    from_px: pictures with a shorter long side have no more to show than the network sees already.
    Raises ValueError where that is no part of a picture.
    """

    left: float
    top: float
    right: float
    bottom: float
    from_px: int

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError(f"{self} is not left, top, right, bottom within 0..1")
        if self.from_px < 1:
            raise ValueError("from_px must be at least 1")

    @classmethod
    def read(cls, table: dict[str, Any]) -> "FarCrop":
        """From `{ part = [left, top, right, bottom], from_px = 700 }`."""
        left, top, right, bottom = map(float, table["part"])
        return cls(left, top, right, bottom, int(table["from_px"]))

    def table(self) -> dict[str, Any]:
        """What `read` reads."""
        part = [self.left, self.top, self.right, self.bottom]
        return {"part": part, "from_px": self.from_px}

    def part_of(self, size_px: tuple[int, int]) -> Part | None:
        """Where it lies in a picture of that width and height; None in a small one."""
        width, height = size_px
        if max(size_px) < self.from_px:
            return None
        left, top = int(self.left * width), int(self.top * height)
        right, bottom = int(self.right * width), int(self.bottom * height)
        return Part(left, top, max(right, left + 1), max(bottom, top + 1), size_px)


# What the road network sees of a frame with as many pixels (docs/benchmarks/detector.md).
LONG_SIDE_PX: Final = 768
# The horizon and some road before it, whichever way the camera was mounted (docs/model-card.md).
FAR_ROAD: Final = FarCrop(0.25, 0.3, 0.75, 0.7, from_px=700)


def both_views(
    whole: Boxes, far: Boxes, labels: NDArray[Any], part: Part
) -> tuple[Boxes, NDArray[np.intp]]:
    """What both views show, each thing once per label.

    whole: boxes in the picture; far: boxes in the crop; labels: of all of them in this order.
    Returns the boxes in the picture, and their numbers in that order.
    """
    moved = far.copy()
    moved[:, 0:4] += np.array([part.left, part.top, part.left, part.top], far.dtype)
    boxes = np.concatenate([whole, moved])
    there = np.concatenate([np.ones(len(whole), bool), part.whole(moved)])
    kept = [
        rows[strongest(boxes[rows], TWICE_SEEN_OVERLAP)]
        for label in np.unique(labels)
        for rows in [np.flatnonzero((labels == label) & there)]
    ]
    chosen = np.concatenate([np.zeros(0, np.intp), *kept])
    return boxes[chosen], chosen
