"""Boxes of what is seen: of drawn things by their pixels, of a photograph's own labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detection.drawn.crop import Crop
from detection.render.camera import Floats, View
from detection.render.solid import Shape
from detection.render.street import Floats32

LEAST_SHARE = 0.3
LEAST_PX = 6

Box = tuple[float, float, float, float]


def bounds(view: View, shape: Shape) -> Floats | None:
    """Left, top, right and bottom of a thing's corners, pixels; None beside or behind the lens."""
    pixels, depth = view.project(shape.points)
    if depth.min() <= 0.5:
        return None
    return np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])


def seen_box(
    owners: NDArray[np.integer[Any]], owner: int, painted: float, extent: Floats, crop: Crop
) -> Box | None:
    """The visible extent of a thing (left, top, right, bottom), None if too little is seen of it.

    owners: (h, w) whose every pixel of the final picture is. painted: pixels of it before others
    hid it, in pixels of the final picture. extent: of its corners, before the crop.
    """
    mask = owners == owner
    box = _extent(mask)
    if box is None or not painted:
        return None
    shown = min(np.count_nonzero(mask) / painted, crop.share(extent))
    return box if shown >= LEAST_SHARE and box[3] - box[1] >= LEAST_PX else None


def carried_boxes(
    labels: NDArray[np.float64], column: Floats32, row: Floats32, scale: float
) -> list[tuple[int, Box]]:
    """Class and box of a photograph's own labels (n, 5), as far as they are shown.

    column, row: where each pixel comes from. scale: pixels a pixel of the photograph becomes.
    """
    boxes = []
    for number, left, top, right, bottom in labels:
        mask = (column >= left) & (column < right) & (row >= top) & (row < bottom)
        box = _extent(mask)
        if box is None:
            continue
        share = np.count_nonzero(mask) / max((right - left) * (bottom - top) * scale, 1.0)
        if share >= LEAST_SHARE and box[3] - box[1] >= LEAST_PX:
            boxes.append((int(number), box))
    return boxes


def in_shares(boxes: Sequence[tuple[int, Box]], size: tuple[int, int]) -> NDArray[np.float64]:
    """(n, 5): class, centre and size in shares of a picture of that size (width, height)."""
    rows = np.array([(number, *box) for number, box in boxes], np.float64).reshape(-1, 5)
    number, left, top, right, bottom = rows.T
    width, height = size
    return np.column_stack(
        [number, (left + right) / 2 / width, (top + bottom) / 2 / height, (right - left) / width,
         (bottom - top) / height]
    )  # fmt: skip


def _extent(mask: NDArray[np.bool_]) -> Box | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)
