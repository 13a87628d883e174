"""People at work on the road: hi-vis vest, helmet, one of a few poses."""

import numpy as np

from detection.render.objects.bodies import Point, Rng, ball, disc, grounded, posed, rod
from detection.render.objects.paint import any_colour, grey, hue, orange, red, retro, white, wood
from detection.render.objects.stripes import plain
from detection.render.solid import Colour, Shape, Solid, box

_SILVER: Colour = (0.72, 0.73, 0.72)
_SKIN = (18.0, 30.0), (0.25, 0.6), (0.3, 0.9)


def worker(rng: Rng) -> Shape:
    """A worker of 1.6 to 1.95 m, upright or bent over, some with a tool or a stop paddle."""
    tall = float(rng.uniform(1.6, 1.95)) / 1.8
    lime = rng.random() < 0.55
    vest = hue(rng, (55, 80), (0.55, 0.95), (0.75, 1.0)) if lime else orange(rng)
    shirt, trousers = _clothes(rng, vest)
    stance, swing = float(rng.uniform(0.08, 0.2)), float(rng.uniform(-0.25, 0.25))
    legs = [
        rod((side * stance, side * swing, 0.0), (side * 0.1, 0, 0.86), 0.16, trousers)
        for side in (-1, 1)
    ]
    boots = [
        box((0.12, 0.28, 0.1), (side * stance, side * swing - 0.05, 0), grey(rng, 0.05, 0.3))
        for side in (-1, 1)
    ]
    upper = _upper(rng, vest, shirt)
    if rng.random() < 0.25:
        bend = float(rng.uniform(20, 65))
        hip = (0.0, 0.0, -0.86)
        raised = (0.0, 0.0, 0.86)
        upper = posed(posed(upper, at=hip), tip_deg=bend, at=raised)
    figure = Shape((*boots, *legs)) + upper
    stout = tall * float(rng.uniform(0.92, 1.18))
    figure = figure.moved(np.diag([stout, stout, tall]), np.zeros(3))
    return grounded(posed(figure, turn_deg=float(rng.uniform(-180, 180))))


def _upper(rng: Rng, vest: Colour, shirt: Colour) -> Shape:
    """Torso with two belts and braces that reflect, arms, head and helmet."""
    shine = retro(rng)
    torso = box((0.4, 0.25, 0.58), (0, 0, 0.84), vest, taper=0.95)
    belts = [plain(box((0.405, 0.255, 0.05), (0, 0, z), _SILVER), shine) for z in (0.92, 1.12)]
    braces = [plain(box((0.05, 0.252, 0.24), (x, 0, 1.16), _SILVER), shine) for x in (-0.12, 0.12)]
    skin = hue(rng, *_SKIN)
    head = ball((0, 0, 1.6), (0.095, 0.11, 0.13), skin, sides=10)
    neck = rod((0, 0, 1.4), (0, 0, 1.52), 0.11, skin)
    helmet = (white, orange, lambda r: hue(r, (44, 54), (0.6, 0.95), (0.75, 1.0)), red, any_colour)
    tone = helmet[int(rng.choice(5, p=[0.35, 0.2, 0.25, 0.05, 0.15]))](rng)
    hat = ball((0, 0, 1.66), (0.125, 0.145, 0.1), tone, sides=12)
    arms: list[Solid] = []
    hands: list[Point] = []
    for side in (-1, 1):
        elbow = (side * float(rng.uniform(0.25, 0.45)), float(rng.uniform(-0.25, 0.1)), 1.1)
        hand = (
            side * float(rng.uniform(0.1, 0.55)),
            float(rng.uniform(-0.5, 0.0)),
            float(rng.uniform(0.8, 1.5)),
        )
        arms.append(rod((side * 0.22, 0, 1.36), elbow, 0.11, shirt))
        arms.append(rod(elbow, hand, 0.09, shirt if rng.random() < 0.6 else skin))
        hands.append(hand)
    tools = _tool(rng, hands[1]) if rng.random() < 0.35 else ()
    return Shape((torso, *belts, *braces, neck, head, hat, *arms, *tools))


def _tool(rng: Rng, hand: Point) -> tuple[Solid, ...]:
    """A shovel, or a flagger's paddle."""
    x, y, z = hand
    if rng.random() < 0.6:
        blade = box((0.22, 0.04, 0.28), (x * 0.4, y - 0.3, 0.02), grey(rng, 0.2, 0.6))
        return (rod((x, y, z + 0.3), (x * 0.4, y - 0.3, 0.2), 0.035, wood(rng)), blade)
    stop = red(rng) if rng.random() < 0.6 else orange(rng)
    paddle = disc((x, y - 0.03, z + 0.75), 0.23, 0.02, stop, across=False, sides=8)
    return (rod((x, y, z - 0.4), (x, y, z + 0.6), 0.03, grey(rng)), plain(paddle, retro(rng)))


def _clothes(rng: Rng, vest: Colour) -> tuple[Colour, Colour]:
    """Sleeves and trousers: the vest's colour, or dark, or jeans."""
    shirt = vest if rng.random() < 0.45 else any_colour(rng)
    draw = rng.random()
    if draw < 0.25:
        return shirt, vest
    return shirt, grey(rng, 0.08, 0.35) if draw < 0.6 else hue(
        rng, (200, 235), (0.2, 0.6), (0.15, 0.5)
    )
