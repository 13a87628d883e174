"""Traffic drums as they stand along US work zones."""

import numpy as np

from detection.render.solid import Colour, Shape, revolution


def drum(rng: np.random.Generator) -> Shape:
    """A barrel of about 0.95 m: steps of orange and white bands on a rubber ring.

    Sizes after MUTCD 2009 section 6F.67: at least 36 in tall and 18 in wide, bands of 4 to 6 in.
    """
    wear = float(rng.uniform(0.75, 1.0))
    orange: Colour = (0.95 * wear, float(rng.uniform(0.26, 0.38)) * wear, 0.07)
    white: Colour = (0.90 * wear, 0.90 * wear, 0.87 * wear)
    height = float(rng.uniform(0.92, 1.02))
    ring = revolution([(0.36, 0.0), (0.36, 0.05), (0.31, 0.09)], [(0.06, 0.06, 0.06)] * 2, sides=24)
    edges = np.linspace(0.09, height - 0.06, 6)
    radii = np.linspace(0.29, 0.235, 6)
    profile = [(float(r), float(z)) for r, z in zip(radii, edges, strict=True)]
    tones = [orange, white, orange, white, orange]
    body = revolution([*profile, (0.20, height)], [*tones, orange], sides=24)
    return Shape((ring, body))
