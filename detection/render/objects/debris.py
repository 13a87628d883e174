"""Things lost on the road: a tyre, a cardboard box, a plank."""

from collections.abc import Callable

import numpy as np

from detection.render.solid import Shape, Solid, box, revolution, with_marks


def debris(rng: np.random.Generator) -> Shape:
    """One lost thing, 0.1 to 0.6 m tall."""
    kinds: tuple[Callable[[np.random.Generator], Shape], ...] = (_tyre, _carton, _planks)
    return kinds[int(rng.integers(len(kinds)))](rng)


def _tyre(rng: np.random.Generator) -> Shape:
    """A tyre that lies flat, its hole a dark disc."""
    radius, wide = float(rng.uniform(0.29, 0.36)), float(rng.uniform(0.18, 0.24))
    rubber = (0.055, 0.055, 0.06)
    body = revolution(
        [(radius * 0.93, 0), (radius, wide * 0.25), (radius, wide * 0.75), (radius * 0.9, wide),
         (radius * 0.58, wide)],
        [rubber, (0.075, 0.075, 0.08), rubber, (0.10, 0.10, 0.105)],
        sides=28,
    )  # fmt: skip
    hole = revolution([(radius * 0.58, wide), (radius * 0.1, wide)], [(0.02, 0.02, 0.02)], sides=28)
    return Shape((with_marks(body, hole),))


def _carton(rng: np.random.Generator) -> Shape:
    """A cardboard box with a strip of tape."""
    w, d, h = (float(v) for v in rng.uniform((0.4, 0.35, 0.3), (0.75, 0.6, 0.6)))
    turn = float(rng.uniform(-40, 40))
    card = (0.62, 0.46, 0.29)
    body = box((w, d, h), (0, 0, 0), card, turn_deg=turn)
    tape = box((w * 0.14, d * 1.004, h * 1.004), (0, 0, 0), (0.74, 0.62, 0.42), turn_deg=turn)
    strip = Solid(tape.faces[[0, 2, 4]], tape.colours[[0, 2, 4]])
    return Shape((with_marks(body, strip),))


def _planks(rng: np.random.Generator) -> Shape:
    """Two boards across each other."""
    wood = (0.60, 0.45, 0.28)
    turns = rng.uniform(-60, 60), rng.uniform(40, 120)
    low = box((float(rng.uniform(1.2, 2.0)), 0.16, 0.05), (0, 0, 0), wood, turn_deg=float(turns[0]))
    high = box((1.3, 0.14, 0.05), (0.1, 0.05, 0.05), (0.52, 0.38, 0.24), turn_deg=float(turns[1]))
    return Shape((low, high))
