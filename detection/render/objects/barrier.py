"""Striped barricades."""

import numpy as np

from detection.render.solid import Colour, Shape, Solid, box, solid, with_marks

_WHITE: Colour = (0.90, 0.90, 0.88)


def barrier(rng: np.random.Generator) -> Shape:
    """A barricade of one to three striped boards on two posts, 1.0 to 1.6 m tall.

    Three boards make the type III of MUTCD 2009 section 6F.68, stripes slope at 45 degrees.
    """
    boards = int(rng.choice([1, 2, 3], p=[0.25, 0.25, 0.5]))
    width = float(rng.uniform(1.2, 2.4))
    height = {1: 1.0, 2: 1.1, 3: 1.55}[boards]
    red = rng.random() < 0.4
    tone: Colour = (0.78, 0.07, 0.08) if red else (0.95, 0.32, 0.06)
    lean = 1 if rng.random() < 0.5 else -1
    tall = 0.2 if boards > 1 else 0.28
    tops = [height - 0.03 - i * (0.5 if boards == 3 else 0.42) for i in range(boards)]
    rails = [_rail(width, top - tall, tall, tone, lean) for top in tops]
    posts = [
        box((0.06, 0.06, height), (x, 0.05, 0), (0.75, 0.75, 0.74))
        for x in (-width * 0.36, width * 0.36)
    ]
    feet = [
        box((0.09, 0.9, 0.07), (x, 0.05, 0), (0.30, 0.30, 0.30))
        for x in (-width * 0.36, width * 0.36)
    ]
    return Shape((*feet, *posts, *rails))


def _rail(width: float, bottom: float, tall: float, tone: Colour, lean: int) -> Solid:
    """A board with sloping stripes on its front."""
    plank = box((width, 0.03, tall), (0, 0, bottom), _WHITE)
    y, half = -0.0155, width / 2
    stripes = []
    left = -half - tall
    while left < half:
        low, high = (left, left + tall) if lean > 0 else (left + tall, left)
        edges = [low, low + tall, high + tall, high]
        x0, x1, x2, x3 = (float(np.clip(x, -half, half)) for x in edges)
        stripes.append(
            [(x0, y, bottom), (x1, y, bottom), (x2, y, bottom + tall), (x3, y, bottom + tall)]
        )
        left += 2 * tall
    return with_marks(plank, solid(stripes, [tone] * len(stripes)))
