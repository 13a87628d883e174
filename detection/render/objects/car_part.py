"""What cars and lorries lose: tyres, treads, bumpers, metal."""

from itertools import pairwise
from math import cos, pi, sin

import numpy as np

from detection.render.objects.bodies import Rng, any_turn, disc, grounded, posed, rod, sheet
from detection.render.objects.paint import BLACK, any_colour, darker, grey, hue, rubber
from detection.render.solid import Shape, Solid, revolution


def tyre(rng: Rng) -> Shape:
    """A tyre of a car or a lorry, lying, leaning or upright, some on a rim."""
    radius, wide = float(rng.uniform(0.28, 0.52)), float(rng.uniform(0.17, 0.3))
    tone = rubber(rng)
    hole = grey(rng, 0.35, 0.75) if rng.random() < 0.3 else darker(tone, 0.35)
    inner = radius * float(rng.uniform(0.5, 0.65))
    profile = [
        (0.0, 0.0),
        (inner, 0.0),
        (radius * 0.93, 0.0),
        (radius, wide * 0.25),
        (radius, wide * 0.75),
    ]
    profile += [(radius * 0.9, wide), (inner, wide), (0.0, wide * 0.98)]
    tones = [hole, tone, tone, darker(tone, 1.25), tone, darker(tone, 1.6), hole]
    shape = Shape((revolution(profile, tones, sides=18),))
    if rng.random() < 0.45:
        shape = posed(shape, tip_deg=float(rng.uniform(60, 90)))
    return grounded(posed(shape, turn_deg=any_turn(rng)))


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
    return posed(shape, turn_deg=any_turn(rng))


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
    parts.append(rod(line[0], line[1], 0.05, BLACK))
    shape = posed(Shape(tuple(parts)), tip_deg=float(rng.choice([0, 60, -60, 85])))
    return grounded(posed(shape, turn_deg=any_turn(rng)))


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
        return posed(Shape(tuple(parts)), turn_deg=any_turn(rng))
    return posed(sheet(rng, (1.1, 0.7), tone, rise=0.25, cells=3), turn_deg=any_turn(rng))
