"""Boards with sloping stripes: rails of barricades, panels, beacons."""

from dataclasses import dataclass, replace

import numpy as np

from detection.render.objects.bodies import Rng
from detection.render.objects.paint import orange, red, retro, white
from detection.render.solid import Colour, Shape, Solid, box, solid, with_marks

Cut = list[tuple[float, float]]


@dataclass(frozen=True)
class Livery:
    """How the rails of one safeguard look. slope: columns a stripe moves right for one up."""

    ground: Colour
    stripe: Colour
    retro: float
    slope: float
    band_m: float


def livery(rng: Rng, *, red_share: float = 0.0) -> Livery:
    """Orange and white in the US, red and white for that share; 4 or 6 in, mostly at 45 degrees."""
    stripe = red(rng) if rng.random() < red_share else orange(rng)
    slope = float(rng.choice([-1.0, 1.0]))
    return Livery(white(rng), stripe, retro(rng), slope, float(rng.choice([0.1, 0.15, 0.2])))


def rail(
    look: Livery, width_m: float, tall_m: float, bottom_m: float, *, y: float = 0.0, x: float = 0.0
) -> Shape:
    """A board with stripes on the side to the viewer, a plain back."""
    plank = box((width_m, 0.025, tall_m), (x, y, bottom_m), look.ground)
    front = y - 0.0135
    # Along the board a stripe is as wide as its slope makes it.
    wide = look.band_m * float(np.hypot(1, look.slope))
    shift = look.slope * tall_m
    left, right = x - width_m / 2, x + width_m / 2
    faces, at = [], left - abs(shift) - wide
    while at < right + abs(shift):
        foot = [(at, 0.0), (at + wide, 0.0), (at + wide + shift, tall_m), (at + shift, tall_m)]
        seen = _cut(_cut(foot, left, 1), right, -1)
        faces += [[(px, front, bottom_m + pz) for px, pz in part] for part in _quads(seen)]
        at += 2 * wide
    plank = replace(plank, retro=np.full(6, look.retro))
    if not faces:
        return Shape((plank,))
    marks = solid(faces, [look.stripe] * len(faces), retro=look.retro)
    return Shape((with_marks(plank, marks),))


def _cut(outline: Cut, edge: float, side: int) -> Cut:
    """The part of a convex outline right (side 1) or left (-1) of an edge."""
    kept: Cut = []
    for (ax, az), (bx, bz) in zip(outline, outline[1:] + outline[:1], strict=True):
        a_in, b_in = side * (ax - edge) >= 0, side * (bx - edge) >= 0
        if a_in:
            kept.append((ax, az))
        if a_in != b_in:
            kept.append((edge, az + (bz - az) * (edge - ax) / (bx - ax)))
    return kept


def _quads(outline: Cut) -> list[Cut]:
    """A convex outline as quads and a triangle, a fan from its first corner."""
    return [[outline[0], *outline[i : i + 3]] for i in range(1, len(outline) - 1, 2)]


def plain(body: Solid, shine: float) -> Solid:
    """The body under sheeting of one colour."""
    return replace(body, retro=shine)
