"""Simple bodies that objects are put together from, and how a whole object is tilted."""

from math import cos, pi, radians, sin

import numpy as np

from detection.render.camera import Floats
from detection.render.solid import (
    Board,
    Colour,
    Picture,
    Shape,
    Solid,
    pyramid,
    revolution,
    solid,
)

Point = tuple[float, float, float]
Rng = np.random.Generator
ABOVE_M = 0.004  # what is painted on the ground lies above it


def rod(start: Point, end: Point, thick_m: float, colour: Colour) -> Solid:
    """A square bar from a point to another."""
    a, b = np.array(start), np.array(end)
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    aside = np.cross(along, (0.0, 0.0, 1.0) if abs(along[2]) < 0.9 else (1.0, 0.0, 0.0))
    aside *= thick_m / 2 / np.linalg.norm(aside)
    other = np.cross(along, aside)
    ring = np.array([aside + other, other - aside, -aside - other, aside - other])
    low, high = a + ring, b + ring
    sides = [[low[i], low[i - 3], high[i - 3], high[i]] for i in range(4)]
    return Solid(np.array([*sides, low, high]), np.tile(np.array(colour), (6, 1)))


def wedge(
    width_m: float, low: tuple[float, float], high: tuple[float, float], colour: Colour
) -> Solid:
    """A bar along the right axis with sloping front and back. low, high: (depth, up)."""
    w, (d0, z0), (d1, z1) = width_m / 2, (low[0] / 2, low[1]), (high[0] / 2, high[1])
    corners = np.array(
        [[x, y, z] for y, z in ((-d0, z0), (d0, z0), (d1, z1), (-d1, z1)) for x in (-w, w)]
    )
    sides = [[0, 1, 7, 6], [2, 3, 5, 4], [6, 7, 5, 4], [0, 1, 3, 2], [0, 2, 4, 6], [1, 3, 5, 7]]
    return Solid(corners[np.array(sides)], np.tile(np.array(colour), (6, 1)))


def disc(
    centre: Point, radius_m: float, thick_m: float, colour: Colour, *, across: bool, sides: int = 14
) -> Solid:
    """A wheel or a lamp: its axle points right if `across`, else to the viewer."""
    body = revolution([(radius_m, -thick_m / 2), (radius_m, thick_m / 2)], [colour], sides=sides)
    lower = body.faces[-sides:] * (1, 1, -1)
    faces = np.concatenate([body.faces, lower])
    axes = [2, 0, 1] if across else [0, 2, 1]
    return Solid(faces[..., axes] + centre, np.tile(np.array(colour), (len(faces), 1)))


def ball(centre: Point, radii: Point, colour: Colour, *, sides: int = 10) -> Solid:
    """An ellipsoid."""
    angles = np.linspace(-pi / 2, pi / 2, max(sides // 2, 4) + 1)
    profile = [(float(cos(a)), float(sin(a))) for a in angles]
    body = revolution(profile, [colour] * (len(profile) - 1), sides=sides)
    return Solid(body.faces * radii + centre, body.colours)


def lump(rng: Rng, centre: Point, radii: Point, colour: Colour, *, rough: float = 0.2) -> Solid:
    """An irregular ball that stands on its centre point: a rock, a sack, a clod.

    rough: how far corners leave the ellipsoid, as a share of the radius.
    """
    body = ball((0, 0, 0), (1, 1, 1), colour, sides=10)
    wave = rng.normal(0, 1, (4, 3)) * 2.2
    phase = rng.uniform(0, 2 * pi, 4)
    swell = 1 + rough * np.sin(body.faces @ wave.T + phase).mean(axis=-1, keepdims=True) * 2
    faces = body.faces * swell * radii
    faces[..., 2] = np.maximum(faces[..., 2], -0.6 * radii[2])
    faces[..., 2] -= faces[..., 2].min()
    return Solid(faces + centre, body.colours * rng.normal(1, 0.08, (len(faces), 1)))


def sheet(
    rng: Rng, size: tuple[float, float], colour: Colour, *, rise: float, cells: int = 5
) -> Shape:
    """Cloth or foil that lies in folds up to `rise` metres, as triangles that are shaded apart."""
    right, away = np.meshgrid(np.linspace(-1, 1, cells), np.linspace(-1, 1, cells))
    edge = 1 - np.maximum(abs(right), abs(away)) ** 3
    up = rng.random((cells, cells)) * (0.25 + 0.75 * edge) * rise
    jitter = rng.uniform(-0.22, 0.22, (2, cells, cells))
    x, y = (right + jitter[0]) * size[0] / 2, (away + jitter[1]) * size[1] / 2
    grid = np.stack([x, y, up], axis=-1)
    quads = [
        [grid[i, j], grid[i, j + 1], grid[i + 1, j + 1], grid[i + 1, j]]
        for i in reversed(range(cells - 1))
        for j in range(cells - 1)
    ]
    tones = [np.array(colour) * t for t in rng.uniform(0.7, 1.1, len(quads))]
    return Shape(tuple(Solid(np.array([q]), t[None]) for q, t in zip(quads, tones, strict=True)))


def posed(
    shape: Shape,
    *,
    turn_deg: float = 0.0,
    lean_deg: float = 0.0,
    tip_deg: float = 0.0,
    at: Point = (0.0, 0.0, 0.0),
) -> Shape:
    """The thing leaned to the right, then tipped towards the viewer, then turned, then moved."""
    turn = _turn(lean_deg, 2, 0) @ _turn(tip_deg, 1, 2) @ _turn(turn_deg, 0, 1)
    return shape.moved(turn, np.array(at))


def grounded(shape: Shape) -> Shape:
    """The thing lifted or dropped until its lowest corner is on the ground."""
    return shape.moved(np.eye(3), np.array([0.0, 0.0, -shape.points[:, 2].min()]))


def flat(outline: Floats, colours: list[Colour]) -> Shape:
    """A mark on the ground. outline: (n, 2), star-shaped around 0; colours from rim to middle."""
    closed = np.concatenate([outline, outline[:1]])
    shares = np.linspace(1, 0, len(colours) + 1)
    faces, tones = [], []
    for outer, inner, colour in zip(shares, shares[1:], colours, strict=False):
        ring = np.stack(
            [closed[:-1] * outer, closed[1:] * outer, closed[1:] * inner, closed[:-1] * inner], 1
        )
        faces.append(np.dstack([ring, np.full(ring.shape[:2], ABOVE_M)]))
        tones += [colour] * len(ring)
    return Shape((solid(np.concatenate(faces).tolist(), tones),))


def lying(picture: Picture, right_m: float, away_m: float) -> Shape:
    """A picture (h, w, 4) that lies on the ground, its upper edge away from the viewer."""
    w, d, up = right_m / 2, away_m / 2, 0.004
    corners = np.array([[-w, d, up], [w, d, up], [w, -d, up], [-w, -d, up]])
    return Shape((), (Board(corners, pyramid(picture)),))


def any_turn(rng: Rng) -> float:
    """Degrees for what may lie any way round."""
    return float(rng.uniform(-180, 180))


def _turn(angle_deg: float, first: int, second: int) -> Floats:
    """A rotation of row vectors from one axis towards another."""
    turn = np.eye(3)
    c, s = cos(radians(angle_deg)), sin(radians(angle_deg))
    turn[first, first], turn[first, second] = c, s
    turn[second, first], turn[second, second] = -s, c
    return turn
