"""What lies on roads and was not meant to: goods, rubbish, parts of cars, wood, stone."""

from dataclasses import replace
from itertools import pairwise
from math import cos, pi, sin

import numpy as np

from detection.render.objects.bodies import Rng, disc, grounded, lump, posed, rod, sheet
from detection.render.objects.paint import any_colour, darker, grey, hue, rubber, white, wood
from detection.render.solid import Shape, Solid, box, revolution


def tyre(rng: Rng) -> Shape:
    """A tyre of a car or a lorry, lying, leaning or upright, some on a rim."""
    radius, wide = float(rng.uniform(0.28, 0.52)), float(rng.uniform(0.17, 0.3))
    tone = rubber(rng)
    hole = grey(rng, 0.35, 0.75) if rng.random() < 0.3 else darker(tone, 0.35)
    inner = radius * float(rng.uniform(0.5, 0.65))
    profile = [(radius * 0.93, 0.0), (radius, wide * 0.25), (radius, wide * 0.75)]
    profile += [(radius * 0.9, wide), (inner, wide), (inner * 0.1, wide * 0.98)]
    tones = [tone, darker(tone, 1.25), tone, darker(tone, 1.6), hole]
    shape = Shape((revolution(profile, tones, sides=18),))
    if rng.random() < 0.45:
        shape = posed(shape, tip_deg=float(rng.uniform(60, 90)))
    return grounded(posed(shape, turn_deg=_any_turn(rng)))


def tread(rng: Rng) -> Shape:
    """A torn tread of a lorry's tyre: a curled, ragged strip of rubber."""
    wide, radius = float(rng.uniform(0.12, 0.28)), float(rng.uniform(0.35, 1.1))
    count, tone = int(rng.integers(5, 10)), rubber(rng)
    start, step = float(rng.uniform(0, pi)), float(rng.uniform(0.16, 0.34))
    turns = start + np.arange(count + 1) * step
    up = np.abs(np.cumsum(rng.normal(0.02, 0.09, count + 1))) + 0.02
    ragged = rng.uniform(0.55, 1.15, (2, count + 1)) * wide / 2
    ways = [(cos(t), sin(t)) for t in turns]
    outer = [
        ((radius + w) * c, (radius + w) * s, z)
        for (c, s), w, z in zip(ways, ragged[0], up, strict=True)
    ]
    inner = [
        ((radius - w) * c, (radius - w) * s, z * 0.4)
        for (c, s), w, z in zip(ways, ragged[1], up, strict=True)
    ]
    strips = []
    for i in range(count):
        quad = np.array([[outer[i], outer[i + 1], inner[i + 1], inner[i]]])
        strips.append(Solid(quad, np.array([tone]) * rng.uniform(0.7, 1.5)))
    middle = np.mean([outer, inner], axis=(0, 1)) * (1, 1, 0)
    shape = Shape(tuple(strips)).moved(np.eye(3), -middle)
    return posed(shape, turn_deg=_any_turn(rng))


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
    return grounded(posed(Shape(tuple(parts)), lean_deg=lean, turn_deg=_any_turn(rng)))


def crushed_carton(rng: Rng) -> Shape:
    """A box that was driven over: crooked, low, in folds."""
    card = hue(rng, (24, 36), (0.25, 0.5), (0.45, 0.75))
    size = (float(rng.uniform(0.5, 1.1)), float(rng.uniform(0.4, 0.9)))
    shape = sheet(rng, size, card, rise=float(rng.uniform(0.1, 0.35)), cells=4)
    return posed(shape, turn_deg=_any_turn(rng))


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
    return posed(Shape(tuple(parts)), turn_deg=_any_turn(rng))


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
    return posed(Shape((*rungs, *rails)), turn_deg=_any_turn(rng))


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
    return posed(Shape((*parts, *(() if bare else leaves))), turn_deg=_any_turn(rng))


def bag(rng: Rng) -> Shape:
    """A plastic bag, blown up by the wind or full of rubbish."""
    tone = (white, white, lambda r: grey(r, 0.04, 0.12), any_colour)[int(rng.integers(4))](rng)
    size = float(rng.uniform(0.12, 0.35))
    body = lump(
        rng, (0, 0, 0), (size, size * 0.8, size * float(rng.uniform(0.5, 1.0))), tone, rough=0.35
    )
    top = float(body.faces[..., 2].max())
    knot = lump(rng, (0, 0, top * 0.85), (size * 0.25, size * 0.2, size * 0.25), tone)
    return posed(Shape((body, knot)), turn_deg=_any_turn(rng))


def bumper(rng: Rng) -> Shape:
    """A bumper or strip of body panel, bent."""
    tone, tall = any_colour(rng), float(rng.uniform(0.15, 0.35))
    turns = np.linspace(-0.7, 0.7, 7) * float(rng.uniform(0.6, 1.3))
    reach = float(rng.uniform(0.7, 1.1))
    line = [(reach * sin(t), reach * (1 - cos(t)), 0.02) for t in turns]
    parts = [
        Solid(
            np.array([[a, b, (b[0], b[1] + 0.05, tall), (a[0], a[1] + 0.05, tall)]]),
            np.array([tone]) * rng.uniform(0.75, 1.1),
        )
        for a, b in pairwise(line)
    ]
    parts.append(rod(line[0], line[1], 0.05, BLACKISH))
    shape = posed(Shape(tuple(parts)), tip_deg=float(rng.choice([0, 60, -60, 85])))
    return grounded(posed(shape, turn_deg=_any_turn(rng)))


def bucket(rng: Rng) -> Shape:
    """A bucket or canister, mostly fallen over."""
    tone, radius = any_colour(rng), float(rng.uniform(0.12, 0.2))
    tall = radius * float(rng.uniform(1.8, 2.6))
    profile = [
        (radius * 0.8, 0.0),
        (radius, tall),
        (radius * 0.93, tall),
        (radius * 0.1, tall * 0.98),
    ]
    body = revolution(profile, [tone, darker(tone, 0.8), darker(tone, 0.3)], sides=14)
    shape = Shape((body,))
    if rng.random() < 0.7:
        shape = posed(shape, tip_deg=90.0)
    return grounded(posed(shape, turn_deg=_any_turn(rng)))


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
    return grounded(posed(shape, turn_deg=_any_turn(rng)))


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
    return posed(Shape(tuple(parts)), turn_deg=_any_turn(rng))


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
    return posed(shape, turn_deg=_any_turn(rng))


def tarpaulin(rng: Rng) -> Shape:
    """A tarpaulin, carpet or jacket in folds."""
    tone = hue(rng, (190, 230), (0.4, 0.8), (0.3, 0.75)) if rng.random() < 0.4 else any_colour(rng)
    size = (float(rng.uniform(0.5, 2.2)), float(rng.uniform(0.5, 1.6)))
    shape = sheet(
        rng, size, tone, rise=float(rng.uniform(0.08, 0.35)), cells=int(rng.integers(4, 7))
    )
    return posed(shape, turn_deg=_any_turn(rng))


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


def metal(rng: Rng) -> Shape:
    """A pipe, an exhaust or a bent sheet of metal."""
    tone = (
        grey(rng, 0.25, 0.7) if rng.random() < 0.7 else hue(rng, (12, 25), (0.4, 0.7), (0.25, 0.45))
    )
    if rng.random() < 0.5:
        long, thick = float(rng.uniform(0.6, 2.5)), float(rng.uniform(0.05, 0.14))
        parts = [rod((-long / 2, 0, thick / 2), (long / 2, 0, thick / 2), thick, tone)]
        if rng.random() < 0.5:
            drum = disc((long * 0.1, 0, 0.1), 0.1, 0.45, darker(tone, 0.8), across=True)
            parts.append(drum)
        return posed(Shape(tuple(parts)), turn_deg=_any_turn(rng))
    return posed(sheet(rng, (1.1, 0.7), tone, rise=0.25, cells=3), turn_deg=_any_turn(rng))


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
    return grounded(posed(shape, turn_deg=_any_turn(rng)))


BLACKISH = (0.09, 0.09, 0.09)


def _any_turn(rng: Rng) -> float:
    return float(rng.uniform(-180, 180))
