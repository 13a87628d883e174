"""Pictures as tensors and boxes back: the same numbers as ultralytics gets.

A picture is scaled until its long side fits, with OpenCV's linear interpolation, and padded with
grey to whole strides, half on each side (`LetterBox(auto=True)`, `ops.scale_boxes` of ultralytics
8.4; a test compares).
"""

from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.backends.network import Tensor
from detection.boxes import Boxes

STRIDE_PX: Final = 32
ENLARGED_PX: Final = 640
GREY: Final = np.float32(114) / np.float32(255)


def scaled_px(picture_px: int, most_px: int) -> int:
    """What the long side of a picture is scaled to: most_px at most, and nothing is enlarged beyond
    ENLARGED_PX (save for whole strides), where a network would see no more."""
    return min(most_px, max(_whole_strides(picture_px), ENLARGED_PX))


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture of one size is placed on its canvas; all (width, height) in pixels."""

    picture: tuple[int, int]
    scaled: tuple[int, int]
    canvas: tuple[int, int]

    @classmethod
    def fitting(cls, picture: tuple[int, int], side_px: int, *, square: bool) -> Self:
        """For pictures of one size. square: the canvas is side_px wide and high."""
        scale = min(side_px / picture[0], side_px / picture[1])
        width, height = (max(round(side * scale), 1) for side in picture)
        if square:
            return cls(picture, (width, height), (side_px, side_px))
        return cls(picture, (width, height), (_whole_strides(width), _whole_strides(height)))

    @property
    def _corner(self) -> tuple[int, int]:
        """Left and top margin; ultralytics rounds a half down."""
        across, down = (c - s for c, s in zip(self.canvas, self.scaled, strict=True))
        return round(across / 2 - 0.1), round(down / 2 - 0.1)

    def tensor(self, rgb: NDArray[np.uint8]) -> Tensor:
        """A picture (height x width x 3) as 3 x height x width in 0..1."""
        width, height = self.canvas
        tensor = np.empty((3, height, width), np.float32)
        self.fill(tensor, rgb)
        return tensor

    def fill(self, tensor: Tensor, rgb: NDArray[np.uint8]) -> None:
        """Place a picture on a tensor of 3 x canvas height x canvas width."""
        if self.scaled != self.picture:
            resized = cv2.resize(rgb, self.scaled, interpolation=cv2.INTER_LINEAR)
            rgb = np.asarray(resized, np.uint8)
        left, top = self._corner
        right, bottom = left + self.scaled[0], top + self.scaled[1]
        for plane, channel in zip(tensor, cv2.split(rgb), strict=True):
            plane[:top], plane[bottom:] = GREY, GREY
            plane[top:bottom, :left], plane[top:bottom, right:] = GREY, GREY
            np.divide(channel, np.float32(255), out=plane[top:bottom, left:right])

    def unfit(self, boxes: Boxes) -> Boxes:
        """Boxes on the canvas as boxes in the picture, clipped to it."""
        boxes = boxes.copy()
        for axis in (0, 1):
            gain = self.scaled[axis] / self.picture[axis]
            sides = (boxes[:, axis::2][:, :2] - self._corner[axis]) / gain
            boxes[:, [axis, axis + 2]] = sides.clip(0, self.picture[axis])
        return boxes


def _whole_strides(side_px: int) -> int:
    return -(-side_px // STRIDE_PX) * STRIDE_PX
