"""Barricades and panels with sloping stripes (MUTCD 2009 sections 6F.63 and 6F.68)."""

import numpy as np

from detection.render.objects.bodies import Rng, lump, posed, rod, sheet
from detection.render.objects.lamp import warning_light
from detection.render.objects.paint import (
    BLACK,
    grey,
    hue,
    orange,
    retro,
    rubber,
    white,
    wood,
    yellow,
)
from detection.render.objects.stripes import Livery, livery, rail
from detection.render.solid import Colour, Shape, box


def a_frame(rng: Rng) -> Shape:
    """Type I or II: one or two rails of 2 to 4 ft on splayed legs, about 1 m tall."""
    look = livery(rng, red_share=0.1)
    width, top = float(rng.uniform(0.6, 1.25)), float(rng.uniform(0.92, 1.15))
    tall = float(rng.uniform(0.2, 0.31))
    legs, splay = _leg_colour(rng), float(rng.uniform(0.2, 0.35))
    x = width * 0.44
    bars = [
        rod((side * x, way * splay, 0.0), (side * x, way * 0.02, top), 0.05, legs)
        for side in (-1, 1)
        for way in (1, -1)
    ]
    whole = Shape(tuple(bars))
    for i in range(int(rng.choice([1, 2], p=[0.4, 0.6]))):
        bottom = top - 0.02 - tall - i * (tall + 0.2)
        leaned = splay * (1 - bottom / top)
        whole += rail(look, width, tall, max(bottom, 0.08), y=-leaned - 0.04)
    if rng.random() < 0.3:
        whole += warning_light(rng, (float(rng.choice([-x, x])), 0.0, top))
    return _dressed(rng, whole, x)


def type_three(rng: Rng) -> Shape:
    """Three rails of 4 to 12 ft on posts, 5 ft tall; some with a sign or lights."""
    look = livery(rng, red_share=0.08)
    width, top = float(rng.choice([1.2, 1.8, 2.4, 3.0, 3.6])), float(rng.uniform(1.5, 1.75))
    tall, legs = float(rng.choice([0.2, 0.2, 0.3])), _leg_colour(rng)
    whole = Shape()
    for x in (-width * 0.38, width * 0.38):
        foot = box((0.06, 1.3, 0.06), (x, 0.05, 0), legs)
        whole += Shape((foot, box((0.06, 0.06, top), (x, 0.05, 0), legs)))
    gap = (top - 0.3 - tall) / 2
    for i in range(3):
        mirrored = Livery(look.ground, look.stripe, look.retro, -look.slope, look.band_m)
        bottom = top - tall - 0.03 - i * gap
        if width > 2 and rng.random() < 0.5:
            whole += rail(look, width / 2, tall, bottom, x=-width / 4)
            whole += rail(mirrored, width / 2, tall, bottom, x=width / 4)
        else:
            whole += rail(look, width, tall, bottom)
    if rng.random() < 0.3:
        size = (float(rng.uniform(0.7, 1.2)), 0.03, float(rng.uniform(0.5, 0.75)))
        tone = white(rng) if rng.random() < 0.6 else orange(rng)
        bottom = top - size[2] + float(rng.uniform(-0.25, 0.3))
        whole += Shape((box(size, (0, -0.06, bottom), tone),))
        for i in range(int(rng.integers(1, 4))):
            line = (size[0] * 0.7, 0.01, size[2] * 0.13)
            whole += Shape(
                (box(line, (0, -0.08, bottom + size[2] * (0.18 + 0.24 * i)), (0.06,) * 3),)
            )
    for x in (-width * 0.4, width * 0.4):
        if rng.random() < 0.2:
            whole += warning_light(rng, (x, 0.0, top))
    return _dressed(rng, whole, width * 0.38)


def vertical_panel(rng: Rng) -> Shape:
    """A striped panel of 8 to 12 in by 24 to 36 in on a short post with a rubber foot."""
    look = livery(rng)
    wide, tall = float(rng.uniform(0.2, 0.31)), float(rng.uniform(0.6, 0.92))
    bottom = float(rng.uniform(0.1, 0.5))
    size = float(rng.uniform(0.35, 0.55))
    foot = box((size, size, 0.06), (0, 0, 0), rubber(rng), turn_deg=float(rng.uniform(0, 90)))
    post = box((0.05, 0.04, bottom + tall), (0, 0.03, 0), orange(rng))
    whole = Shape((foot, post)) + rail(look, wide, tall, bottom)
    if rng.random() < 0.25:
        whole += warning_light(rng, (0.0, 0.0, bottom + tall))
    return posed(whole, turn_deg=float(rng.normal(0, 15)), lean_deg=float(rng.normal(0, 3)))


def object_marker(rng: Rng) -> Shape:
    """A permanent plate of yellow and black stripes before a pier or rail's end; no hazard."""
    look = Livery(yellow(rng), BLACK, retro(rng), float(rng.choice([-1.0, 1.0])), 0.1)
    wide, bottom = float(rng.uniform(0.2, 0.35)), float(rng.uniform(0.6, 1.3))
    tall = float(rng.uniform(0.6, 0.95))
    post = box((0.06, 0.05, bottom + tall), (0, 0.03, 0), grey(rng, 0.3, 0.7))
    whole = Shape((post,)) + rail(look, wide, tall, bottom)
    return posed(whole, turn_deg=float(rng.normal(0, 12)), lean_deg=float(rng.normal(0, 2)))


def beacon(rng: Rng) -> Shape:
    """A European guide panel: red and white stripes, 0.25 m by 1 m, on a recycled foot."""
    look = livery(rng, red_share=1.0)
    wide = Livery(look.ground, look.stripe, look.retro, look.slope, 0.16)
    bottom = float(rng.uniform(0.08, 0.25))
    foot = box((0.4, 0.8, 0.1), (0, 0, 0), grey(rng, 0.1, 0.35), taper=0.9)
    whole = Shape((foot,)) + rail(wide, 0.25, float(rng.uniform(0.75, 1.0)), bottom)
    if rng.random() < 0.3:
        whole += warning_light(rng, (0.0, 0.0, float(whole.points[:, 2].max())))
    return posed(whole, turn_deg=float(rng.normal(0, 15)), lean_deg=float(rng.normal(0, 2)))


def eu_fence(rng: Rng) -> Shape:
    """A European barrier of 2 m: red and white boards between posts on grey feet, 1 m tall."""
    look = livery(rng, red_share=0.95)
    upright = Livery(look.ground, look.stripe, look.retro, float(rng.choice([0.0, 1.0, -1.0])), 0.2)
    width, legs = float(rng.uniform(1.6, 2.4)), white(rng) if rng.random() < 0.5 else grey(rng)
    whole = Shape()
    for x in (-width / 2, width / 2):
        foot = box((0.25, 0.6, 0.1), (x, 0, 0), grey(rng, 0.1, 0.3), taper=0.9)
        whole += Shape((foot, box((0.05, 0.05, 1.0), (x, 0, 0.05), legs)))
    whole += rail(upright, width, float(rng.uniform(0.2, 0.28)), 0.74)
    if rng.random() < 0.6:
        whole += rail(upright, width, 0.12, 0.16)
    if rng.random() < 0.5:
        bars = np.linspace(-width / 2, width / 2, 9)[1:-1].tolist()
        mesh = [box((0.02, 0.02, 0.55), (x, 0.02, 0.2), legs) for x in bars]
        whole = Shape(tuple(mesh)) + whole
    return posed(whole, turn_deg=float(rng.normal(0, 20)))


def board_barrier(rng: Rng) -> Shape:
    """One long striped board at hip height on two stands or blocks."""
    look = livery(rng, red_share=0.5)
    width, tall = float(rng.uniform(1.5, 3.5)), float(rng.uniform(0.15, 0.28))
    top, tone = float(rng.uniform(0.8, 1.1)), grey(rng, 0.3, 0.75)
    stands = [
        box((0.3, 0.3, top), (x, 0.2, 0), tone, taper=0.4) for x in (-width * 0.36, width * 0.36)
    ]
    whole = Shape(tuple(stands)) + rail(look, width, tall, top - tall)
    return posed(whole, turn_deg=float(rng.normal(0, 18)))


def _leg_colour(rng: Rng) -> Colour:
    return (white, orange, wood, lambda r: grey(r, 0.3, 0.7))[int(rng.integers(4))](rng)


def _dressed(rng: Rng, whole: Shape, reach: float) -> Shape:
    """With sandbags on the feet of some, turned to the road; a few fell or carry a rag."""
    if rng.random() < 0.25:
        tone = hue(rng, (20, 60), (0.05, 0.4), (0.3, 0.75))
        bags = [lump(rng, (x, -0.35, 0.03), (0.14, 0.2, 0.09), tone) for x in (-reach, reach)]
        whole += Shape(tuple(bags))
    if rng.random() < 0.04:
        whole += posed(sheet(rng, (0.5, 0.4), grey(rng, 0.1, 0.8), rise=0.1), at=(0.1, -0.7, 0.0))
    return posed(whole, turn_deg=float(rng.normal(0, 18)), lean_deg=float(rng.normal(0, 1.5)))
