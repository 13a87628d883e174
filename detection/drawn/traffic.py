"""What stands or drives along a drawn highway and is no hazard: cars, lorries, rails, gantries."""

import numpy as np

from detection.drawn.road import Road
from detection.render import catalogue
from detection.render.objects.paint import any_colour
from detection.render.roadside import PAINTS, car, lamp
from detection.render.solid import Shape, box

_REACH_M = 90.0
_PIECE_M = 6.0
_STEEL = (0.55, 0.56, 0.57)
_CONCRETE = (0.60, 0.59, 0.56)
_LANE_M = 3.6


def scenery(road: Road, rng: np.random.Generator) -> tuple[Shape, ...]:
    """Shapes in the world around a lens at the origin that looks north."""
    shapes: list[Shape] = []
    for side in (-1, 1):
        kind = str(rng.choice(["rail", "wall", "none"], p=[0.3, 0.25 if side < 0 else 0.1,
                                                           0.45 if side < 0 else 0.6]))  # fmt: skip
        if kind != "none":
            edge = (road.right_m if side > 0 else road.left_m) + side * float(rng.uniform(0.2, 1.5))
            shapes += [_piece(kind, road, edge, float(y)) for y in np.arange(3, _REACH_M, _PIECE_M)]
    shapes += _vehicles(road, rng)
    if rng.random() < 0.25:
        shapes += [
            lamp(-1).placed(*road.at(road.right_m + 2.5, float(y)), 0.0) for y in (25, 60, 95)
        ]
    if rng.random() < 0.2:
        shapes.append(_gantry(road, rng))
    return tuple(shapes)


def _piece(kind: str, road: Road, right_m: float, ahead_m: float) -> Shape:
    """Six metres of guard rail or of a concrete wall."""
    if kind == "wall":
        parts = [
            box((0.6, _PIECE_M, 0.35), (0, 0, 0), _CONCRETE),
            box((0.3, _PIECE_M, 0.5), (0, 0, 0.35), _CONCRETE),
        ]
    else:
        posts = [box((0.12, 0.12, 0.7), (0.1, y, 0), (0.4, 0.36, 0.32)) for y in (-2.0, 0.0, 2.0)]
        parts = [*posts, box((0.08, _PIECE_M, 0.3), (0, 0, 0.42), _STEEL)]
    bend = np.degrees(np.arctan(road.bend_per_m * ahead_m))
    return Shape(tuple(parts)).placed(*road.at(right_m, ahead_m), float(bend))


def _vehicles(road: Road, rng: np.random.Generator) -> list[Shape]:
    """Cars and lorries in the lanes, and on the other side of a wide median."""
    shapes = []
    for left, right in road.lanes:
        ahead = float(rng.uniform(9, 60)) if rng.random() < 0.5 else 999.0
        while ahead < _REACH_M:
            place = road.at((left + right) / 2 + float(rng.normal(0, 0.2)), ahead)
            shapes.append(_vehicle(rng).placed(*place, float(rng.normal(0, 1))))
            ahead += float(rng.uniform(14, 60))
    if rng.random() < 0.5:
        middle = road.left_m - float(rng.uniform(4, 14))
        for _ in range(int(rng.integers(1, 5))):
            place = road.at(middle - _LANE_M * int(rng.integers(0, 2)), float(rng.uniform(25, 90)))
            shapes.append(_vehicle(rng).placed(*place, 180.0))
    return shapes


def _vehicle(rng: np.random.Generator) -> Shape:
    """A car, van or lorry that drives ahead."""
    if rng.random() < 0.45:
        return car(PAINTS[int(rng.integers(len(PAINTS)))], rng)
    if rng.random() < 0.6:
        return catalogue.make(catalogue.NEGATIVE, rng, variant="car")
    tone = any_colour(rng) if rng.random() < 0.6 else (0.82, 0.82, 0.8)
    long, tall = float(rng.uniform(5, 13)), float(rng.uniform(2.2, 2.8))
    lights = [box((0.25, 0.03, 0.2), (x, -long / 2, 0.85), (0.6, 0.06, 0.05)) for x in (-1, 1)]
    wheels = [
        box((0.5, 0.9, 0.9), (x, y, 0.0), (0.06, 0.06, 0.06))
        for x in (-0.9, 0.9)
        for y in (-long * 0.35, long * 0.35)
    ]
    floor = box((2.3, long * 0.98, 0.25), (0, 0, 0.8), (0.12, 0.12, 0.12))
    return Shape((*wheels, floor, box((2.45, long, tall), (0, 0, 1.05), tone), *lights))


def _gantry(road: Road, rng: np.random.Generator) -> Shape:
    """A green or blue direction sign on a bridge over the road."""
    left, right = road.left_m - 1.5, road.right_m + 1.5
    middle, ahead = (left + right) / 2, float(rng.uniform(30, 85))
    posts = [box((0.4, 0.4, 7.2), (x - middle, 0, 0), _STEEL) for x in (left, right)]
    beam = box((right - left, 0.5, 0.7), (0, 0, 6.6), _STEEL)
    tone = (0.05, 0.36, 0.22) if rng.random() < 0.7 else (0.10, 0.24, 0.55)
    wide = float(rng.uniform(2.5, 5))
    x = float(rng.uniform(-1, 1)) * (right - left) / 4
    sign = box((wide, 0.1, 2.2), (x, -0.4, 5.9), tone)
    words = [
        box((wide * float(rng.uniform(0.3, 0.8)), 0.02, 0.3), (x, -0.46, z), (0.85, 0.87, 0.86))
        for z in (6.3, 7.1)
    ]
    return Shape((*posts, beam, sign, *words)).placed(*road.at(middle, ahead), 0.0)
