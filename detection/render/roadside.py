"""What stands along any street: parked cars, trees and lamp posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import cv2
import numpy as np

from detection.render.solid import (
    Colour,
    Picture,
    Shape,
    Solid,
    box,
    pyramid,
    revolution,
    solid,
    upright,
    with_marks,
)
from detection.render.street import Street

PAINTS: tuple[Colour, ...] = (
    (0.75, 0.76, 0.78), (0.12, 0.13, 0.15), (0.55, 0.57, 0.60), (0.86, 0.87, 0.88),
    (0.13, 0.22, 0.42), (0.45, 0.08, 0.09), (0.24, 0.28, 0.27), (0.62, 0.58, 0.50),
)  # fmt: skip
_CLEAR_M = 8.0
_GLASS: Colour = (0.10, 0.13, 0.16)


@dataclass(frozen=True)
class Standing:
    """A piece of scenery at a street place. ahead: faces the direction of travel."""

    shape: Shape
    along_m: float
    right_m: float
    ahead: bool = True

    def placed(self, street: Street) -> Shape:
        """Its shape in the world."""
        turn = 0.0 if self.ahead else 180.0
        east, north = street.at(self.along_m, self.right_m)
        return self.shape.placed(east, north, street.heading_deg(self.along_m) + turn)


def roadside(
    street: Street, keep_clear: Sequence[tuple[float, float]], rng: np.random.Generator
) -> tuple[Standing, ...]:
    """Scenery for the section and 120 m beyond it.

    keep_clear: (along, right) of places beside which nothing parks.
    """
    standing: list[Standing] = []
    end = street.section.length_m + 120
    trees = tuple(pyramid(_tree_picture(rng)) for _ in range(4))
    cars = tuple(car(PAINTS[int(rng.integers(len(PAINTS)))], rng) for _ in range(12))
    for side in (-1, 1):
        along = 2.0
        while along < end:
            taken = any(
                abs(along - a) < _CLEAR_M and side * r > street.lane_m / 2 for a, r in keep_clear
            )
            if rng.random() < 0.45 and not taken:
                at = side * (street.kerb_m - 1.05 - float(rng.uniform(0, 0.12)))
                standing.append(Standing(cars[int(rng.integers(12))], along, at, ahead=side > 0))
            along += 6.0
        with_trees = rng.random() < 0.55
        for along in np.arange(8.0, end, 14.0):
            at = float(along + rng.uniform(-2, 2))
            if with_trees and rng.random() < 0.75:
                shape = tree(trees[int(rng.integers(4))], float(rng.uniform(5.5, 9)))
                standing.append(Standing(shape, at, side * (street.kerb_m + 1.0)))
        standing += [
            Standing(lamp(-side), float(along), side * (street.kerb_m + 0.5))
            for along in np.arange(15.0 + 14 * (side > 0), end, 28.0)
        ]
    return tuple(standing)


def lamp(arm: int) -> Shape:
    """A street lamp 7 m tall, its arm to the left (-1) or right (1)."""
    grey = (0.32, 0.34, 0.35)
    post = revolution([(0.09, 0), (0.06, 7)], [grey], sides=8)
    beam = box((1.6, 0.07, 0.07), (arm * 0.8, 0, 6.95), grey)
    head = box((0.6, 0.22, 0.12), (arm * 1.5, 0, 6.88), (0.75, 0.75, 0.72))
    return Shape((post, beam, head))


def tree(crown_levels: tuple[Picture, ...], height_m: float) -> Shape:
    """A tree: a round trunk and a picture of its crown."""
    trunk = revolution([(0.16, 0), (0.11, height_m * 0.5)], [(0.27, 0.22, 0.18)], sides=9)
    crown = upright(height_m * 0.75, height_m * 0.75, height_m * 0.28, crown_levels)
    return Shape((trunk,), (crown,))


def car(paint: Colour, rng: np.random.Generator) -> Shape:
    """A parked car, seen from behind when it faces ahead."""
    length, width = float(rng.uniform(3.9, 4.8)), float(rng.uniform(1.7, 1.85))
    roof = float(rng.uniform(1.42, 1.65))
    tail, nose = -length / 2, length / 2
    estate = rng.random() < 0.5
    waist = 0.88
    body = _prism(
        [(tail, 0.30), (tail - 0.04, 0.55), (tail + 0.02, waist), (nose - 0.9, waist + 0.02),
         (nose - 0.12, 0.72), (nose, 0.5), (nose - 0.05, 0.28)],
        width, paint,
    )  # fmt: skip
    back = tail + (0.08 if estate else 0.55)
    profile = [
        (back, waist),
        (back + (0.25 if estate else 0.55), roof),
        (nose - 2.0, roof - 0.03),
        (nose - 1.15, waist),
    ]
    cabin = _prism(profile, width - 0.12, _GLASS, narrow=0.80)
    top = box((width * 0.76, profile[2][0] - profile[1][0] + 0.1, 0.05),
              (0, (profile[1][0] + profile[2][0]) / 2, roof - 0.02), paint)  # fmt: skip
    wheels = [
        _wheel(side * (width / 2 - 0.09), y) for side in (-1, 1) for y in (tail + 0.8, nose - 0.85)
    ]
    lights = _lights(tail, nose, width)
    return Shape((*wheels, body, cabin, top, *lights))


def _prism(
    profile: list[tuple[float, float]], width: float, colour: Colour, narrow: float = 1.0
) -> Solid:
    """A side view (away, up) given a width; its upper points are narrowed by a factor."""
    low = min(z for _, z in profile)
    high = max(z for _, z in profile)

    def half(z: float) -> float:
        return width / 2 * (1 - (1 - narrow) * (z - low) / max(high - low, 1e-6))

    left = [(-half(z), y, z) for y, z in profile]
    right = [(half(z), y, z) for y, z in profile]
    faces: list[list[tuple[float, float, float]]] = []
    n = len(profile)
    for i in range(n):
        j = (i + 1) % n
        faces.append([left[i], left[j], right[j], right[i]])
    for side in (left, right):
        faces += [[side[0], side[i], side[i + 1]] for i in range(1, n - 1)]
    return solid(faces, [colour] * len(faces))


def _wheel(x: float, y: float) -> Solid:
    radius, steps = 0.31, 12
    angles = np.arange(steps) * 2 * pi / steps
    rim = [(y + radius * float(np.cos(a)), radius + radius * float(np.sin(a))) for a in angles]
    tyre = _prism(rim, 0.2, (0.05, 0.05, 0.055))
    hub = [(y + 0.19 * float(np.cos(a)), radius + 0.19 * float(np.sin(a))) for a in angles]
    disc = _prism(hub, 0.21, (0.45, 0.46, 0.48))
    wheel = with_marks(tyre, Solid(disc.faces[steps:], disc.colours[steps:]))
    return Solid(np.add(wheel.faces, (x, 0.0, 0.0)), wheel.colours)


def _lights(tail: float, nose: float, width: float) -> list[Solid]:
    parts = []
    for side in (-1, 1):
        x = side * (width / 2 - 0.17)
        parts.append(box((0.30, 0.05, 0.16), (x, tail - 0.03, 0.62), (0.62, 0.05, 0.05)))
        parts.append(box((0.34, 0.10, 0.13), (x, nose - 0.06, 0.60), (0.92, 0.92, 0.88)))
    parts.append(box((0.52, 0.03, 0.11), (0, tail - 0.05, 0.5), (0.88, 0.88, 0.86)))
    parts.append(box((width * 0.9, 0.05, 0.14), (0, tail - 0.02, 0.3), (0.07, 0.07, 0.075)))
    return parts


def _tree_picture(rng: np.random.Generator) -> Picture:
    """The crown of a tree from some hundred tufts, darker below."""
    size = 360
    picture = np.zeros((size, size, 4), np.uint8)
    base = np.array([0.26, 0.37, 0.14]) * rng.uniform(0.75, 1.15) + rng.normal(0, 0.02, 3)
    for i in range(650):
        angle, radius = rng.uniform(0, 2 * pi), np.sqrt(rng.random()) * (0.5 if i < 300 else 1.0)
        wobble = 1 + 0.13 * np.sin(3 * angle + i % 7)
        x = size * (0.5 + 0.40 * radius * wobble * np.cos(angle))
        y = size * (0.48 + 0.40 * radius * wobble * np.sin(angle))
        lit = 1.15 - 0.6 * (y / size) + 0.2 * (0.5 - x / size) + rng.normal(0, 0.13)
        tone = np.clip(base * lit, 0, 1) * 255
        tuft = int(rng.integers(4, 17))
        fill = (float(tone[0]), float(tone[1]), float(tone[2]), 255.0)
        cv2.ellipse(
            picture,
            (int(x), int(y)),
            (tuft, max(tuft - 3, 2)),
            float(rng.uniform(0, 180)),
            0,
            360,
            fill,
            -1,
        )
    return picture
