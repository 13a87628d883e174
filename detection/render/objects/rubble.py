"""Stone, soil and wood that nature or a tipper leaves on the road."""

from dataclasses import replace

import numpy as np

from detection.render.objects.bodies import Rng, any_turn, lump, posed, rod
from detection.render.objects.paint import darker, hue, wood
from detection.render.solid import Shape, Solid


def branch(rng: Rng) -> Shape:
    """A limb of a tree with twigs and leaves, green or dry."""
    bark = hue(rng, (20, 40), (0.1, 0.45), (0.15, 0.45))
    long = float(rng.uniform(0.7, 2.6))
    parts, leaves = [], []
    last = np.array([-long / 2, 0.0, 0.06])
    green = hue(rng, (60, 120), (0.3, 0.7), (0.2, 0.55)) if rng.random() < 0.7 else wood(rng)
    for i in range(4):
        tip = last + np.array([long / 4, rng.normal(0, 0.07), rng.normal(0.015, 0.05)])
        tip[2] = max(tip[2], 0.03)
        parts.append(rod(tuple(last), tuple(tip), 0.09 - 0.018 * i, bark))
        for _ in range(2):
            end = last + rng.normal((0.3, 0.0, 0.2), (0.12, 0.35, 0.12))
            parts.append(rod(tuple(last), tuple(end), 0.02, bark))
            spots = end + rng.normal(0, (0.14, 0.14, 0.08), (9, 3))
            spots[:, 2] = np.abs(spots[:, 2])
            turn = rng.normal(0, 0.07, (9, 2, 3))
            quads = np.stack(
                [spots - turn[:, 0], spots - turn[:, 1], spots + turn[:, 0], spots + turn[:, 1]], 1
            )
            quads[..., 2] = np.maximum(quads[..., 2], 0.0)
            leaves.append(Solid(quads, np.array(green) * rng.uniform(0.6, 1.4, (9, 1))))
        last = tip
    bare = rng.random() < 0.3
    return posed(Shape((*parts, *(() if bare else leaves))), turn_deg=any_turn(rng))


def stones(rng: Rng) -> Shape:
    """One rock or a few."""
    tone = hue(rng, (20, 50), (0.02, 0.25), (0.25, 0.65))
    parts = []
    for _ in range(int(rng.choice([1, 2, 3, 6]))):
        size = float(rng.uniform(0.06, 0.28))
        at = (float(rng.normal(0, 0.35)), float(rng.normal(0, 0.3)), 0.0)
        radii = (size, size * float(rng.uniform(0.6, 1.0)), size * float(rng.uniform(0.5, 0.9)))
        parts.append(lump(rng, at, radii, darker(tone, float(rng.uniform(0.8, 1.2))), rough=0.3))
    return Shape(tuple(parts))


def rubble(rng: Rng) -> Shape:
    """A heap of soil, gravel or broken concrete with clods around it."""
    tone = hue(rng, (18, 45), (0.05, 0.45), (0.25, 0.65))
    wide = float(rng.uniform(0.5, 1.6))
    heap = lump(rng, (0, 0, 0), (wide, wide * 0.8, wide * 0.4), tone, rough=0.3)
    flat_heap = replace(heap, faces=heap.faces * (1, 1, 0.8))
    clods = []
    for _ in range(int(rng.integers(6, 16))):
        size, (x, y) = float(rng.uniform(0.03, 0.14)), rng.normal(0, wide * 0.8, 2)
        clods.append(
            lump(
                rng,
                (float(x), float(y), 0.0),
                (size, size, size),
                darker(tone, float(rng.uniform(0.7, 1.2))),
                rough=0.3,
            )
        )
    return Shape((flat_heap, *clods))
