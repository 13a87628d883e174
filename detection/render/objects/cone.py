"""Traffic cones."""

import numpy as np

from detection.render.solid import Colour, Shape, box, revolution


def cone(rng: np.random.Generator) -> Shape:
    """A cone of 0.5 to 0.9 m with one or two reflective bands on a square foot."""
    height = float(rng.choice([0.5, 0.75, 0.75, 0.9])) * float(rng.uniform(0.97, 1.03))
    wear = float(rng.uniform(0.75, 1.0))
    orange: Colour = (0.95 * wear, float(rng.uniform(0.24, 0.36)) * wear, 0.06)
    white: Colour = (0.90 * wear, 0.90 * wear, 0.88 * wear)
    bottom, top, foot = 0.19 * height / 0.75, 0.03, 0.035
    cuts = [0.0, 0.42, 0.60, 1.0] if height < 0.6 else [0.0, 0.30, 0.44, 0.56, 0.76, 1.0]
    profile = [(bottom + (top - bottom) * c, foot + (height - foot) * c) for c in cuts]
    tones = [orange if i % 2 == 0 else white for i in range(len(cuts) - 1)]
    rubber: Colour = (0.10, 0.10, 0.10) if rng.random() < 0.5 else (0.7 * wear, 0.2 * wear, 0.05)
    size = (2.5 * bottom, 2.5 * bottom, foot)
    base = box(size, (0, 0, 0), rubber, turn_deg=float(rng.uniform(0, 90)))
    return Shape((base, revolution(profile, tones)))
