"""Goods and rubbish that fell off a load: boxes, boards, bags, furniture."""

from dataclasses import replace
from math import cos, pi, sin

import numpy as np

from detection.render.objects.bodies import Rng, any_turn, grounded, lump, posed, rod, sheet
from detection.render.objects.paint import any_colour, darker, grey, hue, white, wood
from detection.render.solid import Shape, Solid, box, revolution


def carton(rng: Rng) -> Shape:
    """A cardboard box: closed with tape, or open with its flaps out."""
    w, d, h = (float(v) for v in rng.uniform((0.25, 0.25, 0.2), (0.8, 0.65, 0.65)))
    card = hue(rng, (24, 36), (0.25, 0.55), (0.45, 0.8)) if rng.random() < 0.9 else white(rng)
    body = box((w, d, h), (0, 0, 0), card)
    if rng.random() < 0.5:
        tape = box(
            (w * 0.14, d * 1.004, h * 1.004), (0, 0, 0), hue(rng, (28, 45), (0.1, 0.5), (0.5, 0.9))
        )
        parts = [body, Solid(tape.faces[[0, 2, 4]], tape.colours[[0, 2, 4]])]
    else:
        dark = box((w * 0.96, d * 0.96, 0.004), (0, 0, h), darker(card, 0.4))
        out = float(rng.uniform(0.1, 0.25))
        back = np.array(
            [
                [
                    (-w / 2, d / 2, h),
                    (w / 2, d / 2, h),
                    (w / 2, d / 2 + 0.1, h + out),
                    (-w / 2, d / 2 + 0.1, h + out),
                ]
            ]
        )
        side = np.array(
            [
                [
                    (w / 2, -d / 2, h),
                    (w / 2, d / 2, h),
                    (w / 2 + out, d / 2, h + 0.05),
                    (w / 2 + out, -d / 2, h + 0.05),
                ]
            ]
        )
        parts = [Solid(back, np.array([card])), body, dark, Solid(side, np.array([card]))]
    lean = float(rng.choice([0, 0, 0, 90]) + rng.normal(0, 2))
    return grounded(posed(Shape(tuple(parts)), lean_deg=lean, turn_deg=any_turn(rng)))


def crushed_carton(rng: Rng) -> Shape:
    """A box that was driven over: crooked, low, in folds."""
    card = hue(rng, (24, 36), (0.25, 0.5), (0.45, 0.75))
    size = (float(rng.uniform(0.5, 1.1)), float(rng.uniform(0.4, 0.9)))
    shape = sheet(rng, size, card, rise=float(rng.uniform(0.1, 0.35)), cells=4)
    return posed(shape, turn_deg=any_turn(rng))


def planks(rng: Rng) -> Shape:
    """One to four boards or beams, across each other."""
    parts = []
    for i in range(int(rng.integers(1, 5))):
        size = (
            float(rng.uniform(0.7, 2.6)),
            float(rng.uniform(0.07, 0.22)),
            float(rng.uniform(0.03, 0.1)),
        )
        at = (float(rng.uniform(-0.3, 0.3)), float(rng.uniform(-0.2, 0.2)), i * 0.05)
        parts.append(box(size, at, wood(rng), turn_deg=float(rng.uniform(-60, 60))))
    return posed(Shape(tuple(parts)), turn_deg=any_turn(rng))


def ladder(rng: Rng) -> Shape:
    """A ladder of wood or aluminium, flat on the road."""
    long, wide = float(rng.uniform(1.6, 3.6)), float(rng.uniform(0.35, 0.5))
    tone = (
        grey(rng, 0.55, 0.9) if rng.random() < 0.6 else hue(rng, (20, 45), (0.4, 0.8), (0.6, 0.9))
    )
    rails = [
        rod((-long / 2, y, 0.04), (long / 2, y, 0.04), 0.07, tone) for y in (-wide / 2, wide / 2)
    ]
    rungs = [
        rod((x, -wide / 2, 0.05), (x, wide / 2, 0.05), 0.04, tone)
        for x in np.arange(-long / 2 + 0.15, long / 2, 0.28).tolist()
    ]
    return posed(Shape((*rungs, *rails)), turn_deg=any_turn(rng))


def bag(rng: Rng) -> Shape:
    """A plastic bag, blown up by the wind or full of rubbish."""
    tone = (white, white, lambda r: grey(r, 0.04, 0.12), any_colour)[int(rng.integers(4))](rng)
    size = float(rng.uniform(0.12, 0.35))
    body = lump(
        rng, (0, 0, 0), (size, size * 0.8, size * float(rng.uniform(0.5, 1.0))), tone, rough=0.35
    )
    top = float(body.faces[..., 2].max())
    knot = lump(rng, (0, 0, top * 0.85), (size * 0.25, size * 0.2, size * 0.25), tone)
    return posed(Shape((body, knot)), turn_deg=any_turn(rng))


def bucket(rng: Rng) -> Shape:
    """A bucket or canister, mostly fallen over."""
    tone, radius = any_colour(rng), float(rng.uniform(0.12, 0.2))
    tall = radius * float(rng.uniform(1.8, 2.6))
    profile = [
        (0.0, 0.0),
        (radius * 0.8, 0.0),
        (radius, tall),
        (radius * 0.93, tall),
        (0.0, tall * 0.98),
    ]
    body = revolution(profile, [tone, tone, darker(tone, 0.8), darker(tone, 0.3)], sides=14)
    shape = Shape((body,))
    if rng.random() < 0.7:
        shape = posed(shape, tip_deg=90.0)
    return grounded(posed(shape, turn_deg=any_turn(rng)))


def mattress(rng: Rng) -> Shape:
    """A mattress or a cushion of a sofa, flat or leaning on itself."""
    tone = white(rng) if rng.random() < 0.6 else any_colour(rng)
    size = (
        float(rng.uniform(0.9, 2.0)),
        float(rng.uniform(0.7, 1.6)),
        float(rng.uniform(0.14, 0.28)),
    )
    body = box(size, (0, 0, 0), tone)
    seam = box((size[0] * 1.003, size[1] * 1.003, 0.03), (0, 0, size[2] * 0.5), darker(tone, 0.75))
    shape = Shape((body, replace(seam, faces=seam.faces[:4], colours=seam.colours[:4])))
    shape = posed(shape, tip_deg=float(rng.choice([0, 0, rng.uniform(15, 75)])))
    return grounded(posed(shape, turn_deg=any_turn(rng)))


def sack(rng: Rng) -> Shape:
    """A sack or sandbags, one to three."""
    tone = hue(rng, (20, 60), (0.05, 0.4), (0.35, 0.85))
    parts = [
        lump(
            rng,
            (float(rng.normal(0, 0.25)), float(rng.normal(0, 0.1)), 0.1 * i),
            (0.33, 0.2, 0.13),
            tone,
        )
        for i in range(int(rng.integers(1, 4)))
    ]
    return posed(Shape(tuple(parts)), turn_deg=any_turn(rng))


def pallet(rng: Rng) -> Shape:
    """A pallet of 1.2 by 0.8 m, flat or against something that is gone."""
    tone = wood(rng)
    blocks = [
        box((0.12, 0.12, 0.09), (x, y, 0.0), darker(tone, 0.8))
        for y in (0.34, 0, -0.34)
        for x in (-0.5, 0, 0.5)
    ]
    slats = [
        box((1.2, 0.1, 0.025), (0, y, 0.09), darker(tone, float(rng.uniform(0.8, 1.1))))
        for y in (0.35, 0.17, 0, -0.17, -0.35)
    ]
    shape = Shape((*blocks, *slats))
    if rng.random() < 0.3:
        shape = grounded(posed(shape, tip_deg=float(rng.uniform(50, 85))))
    return posed(shape, turn_deg=any_turn(rng))


def tarpaulin(rng: Rng) -> Shape:
    """A tarpaulin, carpet or jacket in folds."""
    tone = hue(rng, (190, 230), (0.4, 0.8), (0.3, 0.75)) if rng.random() < 0.4 else any_colour(rng)
    size = (float(rng.uniform(0.5, 2.2)), float(rng.uniform(0.5, 1.6)))
    shape = sheet(
        rng, size, tone, rise=float(rng.uniform(0.08, 0.35)), cells=int(rng.integers(4, 7))
    )
    return posed(shape, turn_deg=any_turn(rng))


def rope(rng: Rng) -> Shape:
    """A rope, hose or strap in loops."""
    tone, thick = any_colour(rng), float(rng.uniform(0.03, 0.08))
    way, at, parts = float(rng.uniform(0, 2 * pi)), np.zeros(2), []
    bend = float(rng.normal(0, 0.5))
    for _ in range(int(rng.integers(8, 16))):
        to = at + 0.18 * np.array([cos(way), sin(way)])
        parts.append(rod((at[0], at[1], thick / 2), (to[0], to[1], thick / 2), thick, tone))
        way, at, bend = way + bend, to, bend + float(rng.normal(0, 0.2))
    middle = np.append(-at / 2, 0)
    return Shape(tuple(parts)).moved(np.eye(3), middle)


def furniture(rng: Rng) -> Shape:
    """A sofa, a chest or a chair that fell off a load."""
    tone = any_colour(rng)
    if rng.random() < 0.5:
        seat = box((1.6, 0.8, 0.42), (0, 0, 0), tone)
        rest = box((1.6, 0.22, 0.8), (0, 0.35, 0), darker(tone, 0.9))
        arms = [box((0.2, 0.8, 0.6), (x, 0, 0), darker(tone, 1.05)) for x in (-0.8, 0.8)]
        shape = Shape((rest, seat, *arms))
    else:
        legs = [
            rod((x, y, 0), (x, y, 0.45 if y < 0 else 0.9), 0.04, tone)
            for y in (0.2, -0.2)
            for x in (-0.2, 0.2)
        ]
        plate = box((0.46, 0.46, 0.04), (0, 0, 0.43), tone)
        rest = box((0.44, 0.03, 0.25), (0, 0.21, 0.65), tone)
        shape = Shape((*legs, rest, plate))
    shape = posed(shape, lean_deg=float(rng.choice([0, 90, -90])))
    return grounded(posed(shape, turn_deg=any_turn(rng)))
