"""The amber warning light that stands on drums and barricades."""

from detection.render.objects.bodies import Point, Rng, disc
from detection.render.objects.paint import hue, yellow
from detection.render.solid import Shape, box


def warning_light(rng: Rng, foot: Point) -> Shape:
    """A lens of 18 cm on its battery case, dark or lit (MUTCD 2009 section 6F.83)."""
    x, y, z = foot
    case = box((0.16, 0.1, 0.12), (x, y, z), yellow(rng))
    lit = rng.random() < 0.5
    tone = hue(rng, (28, 46), (0.5, 0.95), (0.85, 1.0) if lit else (0.45, 0.85))
    lens = disc((x, y - 0.01, z + 0.21), 0.09, 0.08, tone, across=False)
    lamp = disc((x, y - 0.055, z + 0.21), 0.075, 0.01, (1.2, 0.95, 0.5), across=False)
    bright = (type(lamp)(lamp.faces, lamp.colours, glow=1.0),) if lit else ()
    return Shape((case, lens, *bright))
