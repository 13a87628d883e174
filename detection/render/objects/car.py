"""Cars and vans in the distance, so that not every bright lump on the road is a drum."""

import numpy as np

from detection.render.objects.bodies import Rng, disc, posed, wedge
from detection.render.objects.paint import any_colour, darker, grey, hue
from detection.render.solid import Shape, Solid, box


def car(rng: Rng) -> Shape:
    """A car or van of any colour from behind or ahead, its lamps dark or lit."""
    van = rng.random() < 0.3
    odd = rng.random() < 0.3
    tone = hue(rng, (-10, 28), (0.6, 0.95), (0.5, 0.95)) if odd else any_colour(rng)
    long, wide = float(rng.uniform(3.8, 5.0)), float(rng.uniform(1.65, 1.95))
    roof = float(rng.uniform(1.8, 2.4) if van else rng.uniform(1.35, 1.65))
    glass, belt = grey(rng, 0.06, 0.25), 0.92
    body = box((wide, long, belt - 0.28), (0, 0, 0.28), tone, taper=0.97)
    cabin = _turned(
        wedge(long * (0.9 if van else 0.62), (wide * 0.95, belt), (wide * 0.78, roof - 0.06), glass)
    )
    cabin = Solid(cabin.faces * (1, 0.92, 1), cabin.colours)
    top = box(
        (wide * 0.8, long * (0.8 if van else 0.5), 0.07), (0, 0, roof - 0.07), tone, taper=0.9
    )
    wheels = [
        disc((x, y, 0.32), 0.32, 0.2, (0.06, 0.06, 0.06), across=True)
        for y in (long * 0.32, -long * 0.32)
        for x in (-wide / 2 + 0.08, wide / 2 - 0.08)
    ]
    behind = rng.random() < 0.6
    lit = rng.random() < 0.4
    lens = hue(rng, (-6, 10), (0.7, 0.95), (0.5, 1.0)) if behind else grey(rng, 0.7, 1.0)
    lamps = []
    for x in (-wide * 0.38, wide * 0.38):
        lamp = box((0.22, 0.02, 0.14), (x, -long / 2 - 0.005, 0.66), lens)
        lamps.append(
            Solid(lamp.faces, lamp.colours * (1.3 if lit else 1), 6.0, 1.0 if lit else 0.0)
        )
    plate = box((0.4, 0.02, 0.13), (0, -long / 2 - 0.01, 0.5), grey(rng, 0.6, 0.95))
    bumper = box((wide * 0.96, 0.06, 0.2), (0, -long / 2 - 0.005, 0.3), darker(tone, 0.55))
    turn = float(rng.normal(0, 8) if rng.random() < 0.8 else rng.uniform(-60, 60))
    return posed(Shape((*wheels, body, cabin, top, bumper, *lamps, plate)), turn_deg=turn)


def _turned(body: Solid) -> Solid:
    """A wedge whose long side points away."""
    return Solid(np.asarray(body.faces[..., [1, 0, 2]]), body.colours)
