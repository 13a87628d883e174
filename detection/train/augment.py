"""From labelled pictures to the square that the network is trained on.

Pictures are height x width x 3, uint8, BGR (as OpenCV reads them). Boxes are n x 5 float32: class,
left, top, right, bottom; here in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.far import FAR_ROAD

Picture = NDArray[np.uint8]
Boxes = NDArray[np.float32]

GREY: Final = (114, 114, 114)  # what surrounds a letterboxed picture, as ultralytics has it
# A box that the crop has cut to less than this share, or below this size, is no longer a label.
LEAST_VISIBLE: Final = 0.3
LEAST_PX: Final = 3.0
# Of the squares cut out of a frame that has a far road, so many are parts of that.
FAR_SHARE: Final = 0.4


@dataclass(frozen=True, slots=True)
class Square:
    """One training sample: side x side x 3 BGR, and its boxes in pixels of it."""

    picture: Picture
    boxes: Boxes


def placed(
    rng: np.random.Generator,
    picture: Picture,
    boxes: Boxes,
    *,
    side_px: int,
    seen_px: int,
    far_px: int = 0,
) -> Square:
    """A square of side_px out of a picture, scaled, moved, turned a little and perhaps mirrored.

    Half of the squares hold about the whole picture. The others are cut out at about the scale
    that the network will see at run time, where the long side is seen_px, mostly around a box:
    small things stay small and are trained at their size although the square is smaller. Of these
    some show a part of the far road as the second look does, where its long side is far_px.
    """
    height, width = picture.shape[:2]
    fit = side_px / max(height, width)
    whole = rng.random() < 0.5
    scale = fit * rng.uniform(0.75, 1.15) if whole else seen_px / max(height, width)
    sought = boxes
    far = FAR_ROAD.part_of((width, height)) if far_px and not whole else None
    if far and rng.random() < FAR_SHARE:
        scale = far_px / (far.right - far.left)
        sought = boxes[far.whole(boxes[:, 1:5])]
    if not whole:
        scale *= float(np.exp(rng.normal(0.0, 0.25)))
    turn = _turned(rng, scale)
    focus = np.array([width / 2, height / 2])
    if not whole and len(sought) and rng.random() < 0.8:
        focus = _middle_of_one(rng, sought)
    spread = side_px * (0.08 if whole else 0.3)
    middle = side_px / 2 + rng.uniform(-spread, spread, 2)
    matrix = np.column_stack([turn, middle - turn @ focus])
    return Square(_cut_out(picture, matrix, scale, side_px), moved(boxes, matrix, side_px))


def _turned(rng: np.random.Generator, scale: float) -> NDArray[np.float64]:
    """The 2 x 2 map that scales, turns and stretches a little, and perhaps mirrors."""
    angle_rad = np.deg2rad(rng.normal(0.0, 2.0))
    turn = scale * np.array(
        [[np.cos(angle_rad), -np.sin(angle_rad)], [np.sin(angle_rad), np.cos(angle_rad)]]
    )
    turn[0] *= float(np.exp(rng.normal(0.0, 0.08)))
    if rng.random() < 0.5:
        turn[:, 0] *= -1
    return turn


def _middle_of_one(rng: np.random.Generator, boxes: Boxes) -> NDArray[np.float64]:
    """Of one box. Every kind as often: a taper has twenty drums for one sign."""
    alike = boxes[boxes[:, 0] == rng.choice(np.unique(boxes[:, 0]))]
    box = alike[rng.integers(len(alike))]
    return np.array([box[1] + box[3], box[2] + box[4]]) / 2


def _cut_out(picture: Picture, matrix: NDArray[np.float64], scale: float, side_px: int) -> Picture:
    """Downscaling by warpAffine skips pixels; a smaller copy first keeps what is thin."""
    if scale >= 0.6:
        return _warped(picture, matrix, side_px)
    height, width = picture.shape[:2]
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    cut = matrix.copy()
    cut[:, :2] /= np.array([small.shape[1] / width, small.shape[0] / height])
    return _warped(small, cut, side_px)


def _warped(picture: Any, matrix: NDArray[np.float64], side_px: int) -> Picture:
    return np.asarray(
        cv2.warpAffine(picture, matrix, (side_px, side_px), borderValue=GREY), np.uint8
    )


def moved(boxes: Boxes, matrix: NDArray[np.float64], side_px: int) -> Boxes:
    """Boxes after the 2 x 3 affine map, cut at the edge; what is hardly left is dropped."""
    if not len(boxes):
        return boxes
    corners = boxes[:, [1, 2, 3, 2, 3, 4, 1, 4]].reshape(-1, 4, 2) @ matrix[:, :2].T + matrix[:, 2]
    # A turned box's hull grows beyond the thing; the mean of hull and inner box stays closer.
    ordered = np.sort(corners, axis=1)
    low, high = ordered[:, :2].mean(axis=1), ordered[:, 2:].mean(axis=1)
    area = (high - low).prod(axis=1)
    low, high = low.clip(0, side_px), high.clip(0, side_px)
    sides = high - low
    keep = (sides.prod(axis=1) >= LEAST_VISIBLE * area) & (sides.min(axis=1) >= LEAST_PX)
    left: Boxes = np.column_stack([boxes[:, 0], low, high])[keep].astype(np.float32)
    return left


def mosaic(rng: np.random.Generator, squares: Sequence[Square], side_px: int) -> Square:
    """Four squares around a random cross, each cut to its quarter."""
    cross = (side_px * rng.uniform(0.35, 0.65, 2)).astype(int)
    picture = np.empty((side_px, side_px, 3), np.uint8)
    kept = []
    for number, square in enumerate(squares):
        right, below = number % 2, number // 2
        low = np.array([cross[0] if right else 0, cross[1] if below else 0])
        high = np.array([side_px if right else cross[0], side_px if below else cross[1]])
        # Of each square the part is taken that lies in the same place: its middle may be cut away,
        # so it is first moved towards the quarter's own middle.
        offset = ((low + high) / 2 - side_px / 2).astype(int)
        shift = np.array([[1.0, 0.0, offset[0]], [0.0, 1.0, offset[1]]])
        part = _warped(square.picture, shift, side_px)
        picture[low[1] : high[1], low[0] : high[0]] = part[low[1] : high[1], low[0] : high[0]]
        kept.append(_inside(moved(square.boxes, shift, side_px), low, high))
    return Square(picture, np.concatenate(kept))


def _inside(boxes: Boxes, low: NDArray[np.int_], high: NDArray[np.int_]) -> Boxes:
    area = (boxes[:, 3:5] - boxes[:, 1:3]).prod(axis=1)
    cut = boxes.copy()
    cut[:, 1:3] = boxes[:, 1:3].clip(low, high)
    cut[:, 3:5] = boxes[:, 3:5].clip(low, high)
    sides = cut[:, 3:5] - cut[:, 1:3]
    keep = (sides.prod(axis=1) >= LEAST_VISIBLE * area) & (sides.min(axis=1) >= LEAST_PX)
    left: Boxes = cut[keep]
    return left


def recoloured(rng: np.random.Generator, picture: Picture) -> Picture:
    """Other light and another camera: hue, saturation, brightness, and now and then worse."""
    hue, saturation, value = rng.uniform(-1, 1, 3) * (0.015, 0.5, 0.4) + (0, 1, 1)
    levels = np.arange(256, dtype=np.float32)
    table = cv2.merge(
        [
            ((levels + hue * 180) % 180).astype(np.uint8),
            (levels * saturation).clip(0, 255).astype(np.uint8),
            (levels * value).clip(0, 255).astype(np.uint8),
        ]
    )
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
    out: Any = cv2.cvtColor(cv2.LUT(hsv, table.reshape(256, 1, 3)), cv2.COLOR_HSV2BGR)
    if rng.random() < 0.08:  # night and dusk
        gamma, dim = rng.uniform(1.0, 1.6), rng.uniform(0.25, 0.7)
        out = cv2.LUT(out, (255 * dim * (levels / 255) ** gamma).astype(np.uint8))
    if rng.random() < 0.05:
        out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if rng.random() < 0.15:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.6))
    if rng.random() < 0.12:
        noise = rng.normal(0.0, rng.uniform(3, 14), out.shape).astype(np.float32)
        out = (out + noise).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        jpeg = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))])[1]
        out = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
    return np.asarray(out, np.uint8)
