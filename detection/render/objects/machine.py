"""Machines of road works in simple bodies: excavator, loader, tipper, roller, attenuator truck."""

import numpy as np

from detection.render.objects.bodies import Rng, disc, posed, rod, wedge
from detection.render.objects.paint import (
    any_colour,
    darker,
    grey,
    hue,
    orange,
    retro,
    white,
    yellow,
)
from detection.render.objects.stripes import livery, plain, rail
from detection.render.solid import Colour, Shape, Solid, box

_GLASS: Colour = (0.13, 0.15, 0.17)
_BLACK: Colour = (0.07, 0.07, 0.07)


def excavator(rng: Rng) -> Shape:
    """Tracks, a turning house with a cab, a boom in two parts and a bucket."""
    tone = _machine_paint(rng)
    tracks = [box((0.55, 3.4, 0.8), (x, 0, 0), _BLACK, taper=0.9) for x in (-1.0, 1.0)]
    house = [
        box((2.5, 2.6, 1.0), (0, 0.5, 0.95), tone),
        box((2.4, 0.7, 0.9), (0, 1.5, 0.95), darker(tone, 0.75)),
    ]
    elbow = (0.4, -2.6 - float(rng.uniform(0, 1)), float(rng.uniform(3.2, 4.4)))
    tip = (0.4, elbow[1] - float(rng.uniform(0.4, 1.8)), float(rng.uniform(0.7, 2.4)))
    arm = [rod((0.4, -0.6, 1.7), elbow, 0.42, tone), rod(elbow, tip, 0.32, tone)]
    scoop = box((0.9, 0.7, 0.7), (tip[0], tip[1], max(tip[2] - 0.6, 0.0)), grey(rng, 0.15, 0.4))
    whole = Shape((*tracks, *house, *_cab(-0.75, 0.0, 1.6, tone), *arm, scoop))
    return posed(whole, turn_deg=float(rng.uniform(-180, 180)))


def loader(rng: Rng) -> Shape:
    """Four big wheels, an engine, a cab and a wide bucket."""
    tone, size = _machine_paint(rng), float(rng.uniform(0.6, 0.8))
    wheels = [
        disc((x, y, size), size, 0.5, _BLACK, across=True)
        for x in (-0.95, 0.95)
        for y in (1.3, -1.3)
    ]
    hubs = [
        disc((x, y, size), size * 0.5, 0.54, tone, across=True)
        for x in (-0.95, 0.95)
        for y in (1.3, -1.3)
    ]
    body = [box((1.5, 2.0, 1.1), (0, 1.4, 0.8), tone), box((1.2, 1.6, 0.7), (0, -0.8, 0.8), tone)]
    lift = float(rng.uniform(0.1, 1.6))
    arms = [rod((x, -0.6, 1.3), (x, -2.5, lift + 0.4), 0.25, tone) for x in (-0.5, 0.5)]
    bucket = wedge(2.5, (1.0, lift), (0.6, lift + 0.9), grey(rng, 0.2, 0.5))
    scoop = Solid(bucket.faces + np.array([0, -2.9, 0]), bucket.colours)
    whole = Shape((*wheels, *hubs, *body, *_cab(0, 0.2, 1.6, tone), *arms, scoop))
    return posed(whole, turn_deg=float(rng.uniform(-180, 180)))


def tipper(rng: Rng) -> Shape:
    """A dump truck with a ribbed body, at times with its body raised."""
    tone, bed = any_colour(rng), _machine_paint(rng) if rng.random() < 0.6 else any_colour(rng)
    load = box((2.4, 4.6, 1.5), (0, 0, 0), bed, taper=1.04)
    ribs = [
        box((2.5, 0.1, 1.45), (0, y, 0.02), darker(bed, 0.85)) for y in (-2.2, -1.1, 0.0, 1.1, 2.2)
    ]
    raised = float(rng.uniform(15, 40)) if rng.random() < 0.2 else 0.0
    body = posed(Shape((load, *ribs)), tip_deg=-raised, at=(0, 0.4, 1.1 + 0.035 * raised))
    cab = [*_cab(0, 3.6, 0.7, tone, size=(2.3, 1.6, 2.1))]
    whole = Shape((*_chassis(5.6, 1.3), *cab, *_tail(rng, -2.3))) + body
    return posed(whole, turn_deg=_road_turn(rng))


def roller(rng: Rng) -> Shape:
    """A road roller: two steel drums, a body and a roof on posts."""
    tone = _machine_paint(rng)
    drums = [
        disc((0, y, 0.6), 0.6, 1.7, grey(rng, 0.2, 0.5), across=True, sides=18) for y in (1.5, -1.5)
    ]
    body = [box((1.3, 2.4, 0.9), (0, 0, 0.7), tone), box((1.8, 0.2, 0.4), (0, -1.5, 1.15), tone)]
    posts = [rod((x, y, 1.6), (x, y, 2.7), 0.08, _BLACK) for x in (-0.6, 0.6) for y in (0.7, -0.7)]
    roof = box((1.5, 1.8, 0.12), (0, 0, 2.7), tone if rng.random() < 0.6 else white(rng))
    seat = box((0.5, 0.5, 0.6), (0, 0.1, 1.6), _BLACK)
    return posed(Shape((*drums, *body, seat, *posts, roof)), turn_deg=float(rng.uniform(-180, 180)))


def attenuator_truck(rng: Rng) -> Shape:
    """A truck from behind with a striped crash cushion and often a lit arrow board."""
    tone = (white, yellow, orange)[int(rng.integers(3))](rng)
    look = livery(rng, red_share=0.15)
    cushion = box(
        (2.3, 2.6, 0.75), (0, -4.2, 0.35), yellow(rng) if rng.random() < 0.5 else grey(rng)
    )
    stripes = rail(look, 2.3, 0.7, 0.38, y=-5.52)
    bed = box((2.4, 3.6, 0.6), (0, -0.6, 1.0), tone)
    cab = [*_cab(0, 2.4, 0.7, tone, size=(2.3, 1.7, 2.0))]
    whole = Shape((*_chassis(4.2, 0.6), bed, *cab, *_tail(rng, -2.5), cushion)) + stripes
    if rng.random() < 0.7:
        whole += _lamp_panel(rng, 2.3)
    return posed(
        whole.moved(np.eye(3), np.array([0.0, 1.2, 0.0])), turn_deg=float(rng.normal(0, 10))
    )


def _machine_paint(rng: Rng) -> Colour:
    draw = rng.random()
    if draw < 0.65:
        return hue(rng, (36, 50), (0.65, 0.92), (0.65, 0.95))
    return orange(rng) if draw < 0.82 else any_colour(rng)


def _cab(
    x: float, y: float, z: float, tone: Colour, size: tuple[float, float, float] = (1.0, 1.3, 1.5)
) -> tuple[Solid, ...]:
    """A cab with glass all round between its lower half and its roof."""
    wide, deep, tall = size
    lower = box((wide, deep, tall * 0.5), (x, y, z), tone)
    glass = box((wide * 0.97, deep * 0.97, tall * 0.42), (x, y, z + tall * 0.5), _GLASS)
    roof = box((wide, deep, tall * 0.08), (x, y, z + tall * 0.92), tone)
    pillars = [
        box(
            (0.09, 0.09, tall * 0.42),
            (x + sx * wide * 0.47, y + sy * deep * 0.47, z + tall * 0.5),
            tone,
        )
        for sx in (-1, 1)
        for sy in (1, -1)
    ]
    return (lower, glass, *pillars, roof)


def _chassis(long: float, middle: float) -> tuple[Solid, ...]:
    """A frame with six wheels."""
    frame = box((0.9, long + 1.2, 0.35), (0, middle, 0.65), _BLACK)
    places = (middle + long * 0.42, middle - long * 0.28, middle - long * 0.5)
    wheels = [disc((x, y, 0.5), 0.5, 0.4, _BLACK, across=True) for y in places for x in (-1.0, 1.0)]
    return (*wheels, frame)


def _tail(rng: Rng, y: float) -> tuple[Solid, ...]:
    """Two rear lamps and a bumper with red and white sheeting."""
    lit = rng.random() < 0.4
    bar = box((2.3, 0.08, 0.18), (0, y - 0.05, 0.6), grey(rng, 0.1, 0.4))
    lamps = [box((0.3, 0.03, 0.12), (x, y - 0.12, 0.64), (0.8, 0.08, 0.06)) for x in (-0.9, 0.9)]
    shown = [Solid(lamp.faces, lamp.colours, 6.0, 1.0 if lit else 0.0) for lamp in lamps]
    tape = plain(box((1.2, 0.02, 0.06), (0, y - 0.1, 0.66), (0.8, 0.4, 0.38)), retro(rng))
    return (bar, *shown, tape)


def _lamp_panel(rng: Rng, bottom: float) -> Shape:
    """A raised arrow board of single lamps."""
    panel = box((2.0, 0.08, 1.0), (0, -2.2, bottom), _BLACK)
    spots = [(x, 0.0) for x in np.linspace(-0.8, 0.8, 6)] + [
        (0.6, 0.2),
        (0.6, -0.2),
        (0.4, 0.35),
        (0.4, -0.35),
    ]
    side, tone = float(rng.choice([-1, 1])), hue(rng, (30, 46), (0.4, 0.9), (0.9, 1.0))
    lamps = []
    for x, z in spots:
        lamp = disc((side * x, -2.27, bottom + 0.5 + z), 0.07, 0.02, tone, across=False, sides=8)
        lamps.append(Solid(lamp.faces, lamp.colours * 1.3, glow=1.0))
    post = box((0.15, 0.15, bottom - 1.4), (0, -2.1, 1.4), _BLACK)
    return Shape((post, panel, *lamps))


def _road_turn(rng: Rng) -> float:
    """Mostly along the road, seen from behind or ahead."""
    return float(rng.normal(0, 12) + (180 if rng.random() < 0.35 else 0))
