"""House fronts along both sides of a street, drawn as flat pictures."""

from dataclasses import dataclass

import cv2
import numpy as np

from detection.render.camera import Floats
from detection.render.solid import Board, Colour, Picture, Shape, pyramid, solid
from detection.render.street import Street

Fill = tuple[float, ...]

_PPM = 40
_DEPTH_M = 11.0
_STOREY_M = 3.3
_GROUND_FLOOR_M = 4.0
_COLOURS = (
    (0.80, 0.72, 0.55), (0.78, 0.66, 0.50), (0.72, 0.74, 0.72), (0.83, 0.80, 0.72),
    (0.66, 0.45, 0.36), (0.60, 0.63, 0.66), (0.82, 0.76, 0.62), (0.74, 0.58, 0.46),
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """A front: side is -1 left and 1 right; from_m, to_m along the street. levels: its picture."""

    side: int
    from_m: float
    to_m: float
    height_m: float
    colour: Colour
    levels: tuple[Picture, ...]

    def shape(self, street: Street) -> Shape:
        """The front in the world, and the bare wall at its near end."""
        (e0, n0), (e1, n1) = (
            street.at(s, self.side * street.wall_m) for s in (self.from_m, self.to_m)
        )
        e2, n2 = street.at(self.from_m, self.side * (street.wall_m + _DEPTH_M))
        h = self.height_m
        front = np.array([[e0, n0, h], [e1, n1, h], [e1, n1, 0], [e0, n0, 0]])
        end = solid([[(e0, n0, 0), (e2, n2, 0), (e2, n2, h), (e0, n0, h)]], [self.colour])
        return Shape((end,), (Board(front, self.levels),))


def houses(street: Street, rng: np.random.Generator) -> tuple[House, ...]:
    """Fronts for the whole street and 150 m beyond, with a gap here and there."""
    fronts = [_front(rng) for _ in range(9)]
    built = []
    for side in (-1, 1):
        along = -20.0
        while along < street.section.length_m + 200:
            if rng.random() < 0.09:
                along += float(rng.uniform(8, 16))
                continue
            width, height, levels = fronts[int(rng.integers(len(fronts)))]
            wall = levels[-1][0, 0, :3] / 255 * 0.85
            colour = (float(wall[0]), float(wall[1]), float(wall[2]))
            built.append(House(side, along, along + width, height, colour, levels))
            along += width
    return tuple(built)


def roofs(built: tuple[House, ...], side: int, length_m: int) -> Floats:
    """Height of the fronts of one side at every metre, 0 in the gaps."""
    heights = np.zeros(length_m)
    for house in built:
        if house.side == side:
            heights[max(round(house.from_m), 0) : max(round(house.to_m), 0)] = house.height_m
    return heights


def _front(rng: np.random.Generator) -> tuple[float, float, tuple[Picture, ...]]:
    """(width, height, picture and its halves) of one house front."""
    storeys = int(rng.integers(3, 7))
    bays = int(rng.integers(3, 7))
    bay_m = float(rng.uniform(2.3, 3.1))
    width_m, height_m = bays * bay_m, _GROUND_FLOOR_M + storeys * _STOREY_M + 1.2
    size = (int(height_m * _PPM), int(width_m * _PPM))
    colour = np.array(_COLOURS[int(rng.integers(len(_COLOURS)))]) * rng.uniform(0.8, 1.05)
    tones = colour * (1 + 0.03 * _mottle(rng, size)[..., None])
    wall: Picture = (np.clip(tones, 0, 1) * 255).astype(np.uint8)
    trim = tuple(float(c) for c in np.clip(colour * 1.18, 0, 1) * 255)
    cv2.rectangle(wall, (0, 0), (size[1], int(0.8 * _PPM)), trim, -1)
    cv2.rectangle(
        wall, (0, int(0.8 * _PPM)), (size[1], int(0.95 * _PPM)), tuple(c * 0.5 for c in trim), -1
    )
    style = (
        float(rng.uniform(1.0, 1.5)),
        float(rng.uniform(1.6, 2.2)),
        bool(rng.random() < 0.6),
        trim,
    )
    for storey in range(storeys):
        top = int((1.2 + storey * _STOREY_M + 0.6) * _PPM)
        for bay in range(bays):
            _window(wall, rng, int((bay + 0.5) * bay_m * _PPM), top, style)
    base = size[0] - int(_GROUND_FLOOR_M * _PPM)
    cv2.rectangle(wall, (0, base - 6), (size[1], base + 4), trim, -1)
    for bay in range(bays):
        _shop(wall, rng, int(bay * bay_m * _PPM), int((bay + 1) * bay_m * _PPM), base)
    cv2.rectangle(wall, (0, size[0] - int(0.5 * _PPM)), (size[1], size[0]), (95.0, 92.0, 90.0), -1)
    return width_m, height_m, pyramid(np.dstack([wall, np.full(size, 255, np.uint8)]))


def _mottle(rng: np.random.Generator, size: tuple[int, int]) -> Floats:
    coarse = rng.standard_normal((size[0] // 20 + 2, size[1] // 20 + 2)).astype(np.float32)
    fine = rng.standard_normal((size[0] // 3, size[1] // 3)).astype(np.float32)
    whole = (size[1], size[0])
    return np.asarray(cv2.resize(coarse, whole) + 0.5 * cv2.resize(fine, whole), np.float64)


def _window(
    wall: Picture,
    rng: np.random.Generator,
    middle: int,
    top: int,
    style: tuple[float, float, bool, Fill],
) -> None:
    trim = style[3]
    half, height = int(style[0] / 2 * _PPM), int(style[1] * _PPM)
    left, right, bottom = middle - half, middle + half, top + height
    cv2.rectangle(wall, (left - 4, top - 4), (right + 4, bottom + 4), trim, -1)
    glass = rng.uniform(35, 90)
    pane = np.linspace(glass * 1.9, glass, height)[:, None, None] * np.array([0.86, 0.97, 1.08])
    wall[top:bottom, left:right] = np.clip(pane, 0, 255).astype(np.uint8)
    if rng.random() < 0.45:
        drop = int(height * rng.uniform(0.2, 0.9))
        curtain = tuple(float(c) for c in rng.uniform(150, 215) * np.array([1.0, 0.97, 0.9]))
        edge = left + int(half * rng.uniform(0.3, 1.0))
        cv2.rectangle(wall, (left, top), (edge, top + drop), curtain, -1)
    frame = (225.0, 222.0, 214.0)
    cv2.rectangle(wall, (left, top), (right, bottom), frame, 2)
    cv2.line(wall, (middle, top), (middle, bottom), frame, 2)
    if style[2]:
        cv2.line(wall, (left, top + height // 3), (right, top + height // 3), frame, 2)
    cv2.rectangle(wall, (left - 7, bottom + 3), (right + 7, bottom + 8), trim, -1)
    cv2.line(
        wall, (left - 7, bottom + 9), (right + 7, bottom + 9), tuple(c * 0.55 for c in trim), 2
    )


def _shop(wall: Picture, rng: np.random.Generator, left: int, right: int, base: int) -> None:
    """A shop window or a door of the ground floor."""
    height, margin = wall.shape[0], int(0.18 * _PPM)
    hue = rng.uniform(40, 190, 3)
    sign = tuple(float(c) for c in 0.55 * hue + 0.45 * hue.mean())
    door = rng.random() < 0.3
    if door:
        middle, half = (left + right) // 2, int(0.6 * _PPM)
        wood = tuple(float(c) for c in rng.uniform(50, 110) * np.array([1.0, 0.75, 0.55]))
        cv2.rectangle(
            wall, (middle - half, base + int(1.0 * _PPM)), (middle + half, height), wood, -1
        )
        pane = (
            (middle - half + 6, base + int(1.2 * _PPM)),
            (middle + half - 6, base + int(2.2 * _PPM)),
        )
        cv2.rectangle(wall, *pane, (70.0, 84.0, 92.0), -1)
        return
    top, bottom = base + int(1.0 * _PPM), height - int(0.5 * _PPM)
    glass = np.linspace(105, 48, bottom - top)[:, None, None] * np.array([0.88, 0.97, 1.05])
    wall[top:bottom, left + margin : right - margin] = glass.astype(np.uint8)
    for _ in range(4):
        x = int(rng.integers(left + margin, right - margin - 8))
        hue = rng.uniform(50, 160, 3)
        tone = tuple(float(c) for c in 0.4 * hue + 0.6 * hue.mean())
        cv2.rectangle(
            wall,
            (x, bottom - int(rng.integers(8, 50))),
            (x + int(rng.integers(5, 20)), bottom),
            tone,
            -1,
        )
    if rng.random() < 0.6:
        cv2.rectangle(
            wall,
            (left + margin, base + int(0.4 * _PPM)),
            (right - margin, base + int(0.9 * _PPM)),
            sign,
            -1,
        )
    cv2.rectangle(wall, (left + margin, top), (right - margin, bottom), (60.0, 58.0, 56.0), 2)
