"""Cats, dogs, deer and cows, put together from round bodies, in coats of their own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import pi

import numpy as np

from detection.render.objects.bodies import Point, Rng, ball, grounded, posed, rod
from detection.render.objects.paint import darker, grey, hue
from detection.render.solid import Colour, Shape, Solid

_CREAM: Colour = (0.82, 0.78, 0.7)


@dataclass(frozen=True)
class _Build:
    """Proportions in shares of the height of the back. neck: how far the head is above it."""

    back_m: tuple[float, float]
    long: float
    girth: float
    leg: float
    neck: tuple[float, float]
    head: float
    muzzle: float
    ears: float
    tail: tuple[float, float]
    horns: float = 0.0


_CAT = _Build((0.23, 0.3), 1.6, 0.3, 0.14, (0.05, 0.4), 0.27, 0.15, 0.2, (1.1, 0.6))
_DOG = _Build((0.3, 0.68), 1.15, 0.22, 0.11, (0.1, 0.45), 0.2, 0.32, 0.17, (0.5, 0.3))
_DEER = _Build((0.75, 1.1), 1.15, 0.2, 0.065, (0.25, 0.6), 0.14, 0.24, 0.2, (0.14, -0.1))
_COW = _Build((1.2, 1.45), 1.2, 0.27, 0.1, (-0.1, 0.15), 0.17, 0.26, 0.13, (0.1, -0.6), horns=0.12)


def cat(rng: Rng) -> Shape:
    """A cat: ginger, tabby, black, grey or white, often with a white bib; sitting or on its way."""
    coats = (
        hue(rng, (20, 34), (0.45, 0.75), (0.5, 0.85)), hue(rng, (24, 38), (0.15, 0.4), (0.3, 0.6)),
        grey(rng, 0.04, 0.12), grey(rng, 0.3, 0.55), grey(rng, 0.7, 0.92),
    )  # fmt: skip
    coat = coats[int(rng.choice(5, p=[0.34, 0.26, 0.16, 0.12, 0.12]))]
    body = _animal(rng, _CAT, coat, pale=rng.random() < 0.6, pattern=_striped(rng))
    return _sitting(rng, body) if rng.random() < 0.4 else body


def dog(rng: Rng) -> Shape:
    """A dog from a terrier's to a shepherd's size, of one colour or in patches."""
    coat = (
        hue(rng, (18, 36), (0.1, 0.65), (0.1, 0.8)) if rng.random() < 0.7 else grey(rng, 0.04, 0.9)
    )
    pattern = _patched(rng, _CREAM) if rng.random() < 0.4 else _plain
    body = _animal(rng, _DOG, coat, pale=rng.random() < 0.4, pattern=pattern)
    return _sitting(rng, body) if rng.random() < 0.12 else body


def deer(rng: Rng) -> Shape:
    """A deer, brown with a pale belly; one in three with antlers."""
    coat = hue(rng, (20, 34), (0.3, 0.6), (0.25, 0.6))
    build = replace(_DEER, horns=0.35) if rng.random() < 0.33 else _DEER
    return _animal(rng, build, coat, pale=True, pattern=_plain)


def cow(rng: Rng) -> Shape:
    """A cow, black or brown and white, or of one colour."""
    coat = (
        hue(rng, (14, 32), (0.2, 0.65), (0.12, 0.6)) if rng.random() < 0.6 else grey(rng, 0.04, 0.9)
    )
    pattern = _patched(rng, _CREAM) if rng.random() < 0.5 else _plain
    return _animal(rng, _COW, coat, pale=False, pattern=pattern)


Pattern = Callable[[Solid], Solid]


def _animal(rng: Rng, build: _Build, coat: Colour, *, pale: bool, pattern: Pattern) -> Shape:
    """Head to the right, on its four feet; then turned any way."""
    back = float(rng.uniform(*build.back_m))
    long, girth = build.long * back, build.girth * back * float(rng.uniform(0.9, 1.15))
    middle = back - girth
    trunk = ball((0, 0, middle), (long / 2, girth * 0.85, girth), coat, sides=14)
    chest = ball((long * 0.3, 0, middle), (long * 0.22, girth * 0.9, girth * 1.08), coat, sides=12)
    rump = ball((-long * 0.32, 0, middle), (long * 0.2, girth * 0.9, girth), coat, sides=12)
    parts = [pattern(part) for part in (trunk, chest, rump)]
    if pale:
        parts = [_paler_below(part, middle - girth * 0.45) for part in parts]
    hips = [(x * long, y * girth * 0.6) for x in (-0.38, 0.36) for y in (-1, 1)]
    shin = (darker(coat, 0.85), build.leg * back)
    legs = [_leg(rng, hip, (back, back - girth * 1.2), coat, shin) for hip in hips]
    forward, rise = long * float(rng.uniform(0.5, 0.62)), float(rng.uniform(*build.neck)) * back
    neck_from: Point = (long * 0.38, 0.0, back - girth * 0.6)
    skull: Point = (forward, 0.0, back + rise - 0.05 * back)
    neck = rod(neck_from, skull, girth * 0.95, coat)
    tail_long, tail_up = build.tail[0] * back, build.tail[1] * float(rng.uniform(-0.6, 1.2))
    root: Point = (-long * 0.48, 0.0, back - girth * 0.4)
    tip = (
        root[0] - tail_long * 0.7,
        float(rng.normal(0, 0.1)) * back,
        root[2] + tail_long * tail_up,
    )
    tail = rod(root, (tip[0], tip[1], max(tip[2], 0.05 * back)), 0.07 * back, darker(coat, 0.85))
    mouth = _CREAM if pale and rng.random() < 0.6 else darker(coat, 0.9)
    head = _head(rng, build, back, skull, (coat, mouth))
    whole = Shape((*[leg for pair in legs for leg in pair], tail, *parts, neck, *head))
    return grounded(posed(whole, turn_deg=float(rng.uniform(-180, 180))))


def _leg(
    rng: Rng,
    hip: tuple[float, float],
    heights: tuple[float, float],
    coat: Colour,
    shin: tuple[Colour, float],
) -> tuple[Solid, Solid]:
    """A thigh and a shin in some step. heights: of back and hip. shin: colour and thickness."""
    (x, y), (back, top), (tone, thick) = hip, heights, shin
    step = float(rng.normal(0, 0.1)) * back
    knee = (x + step * 0.4, y, back * 0.33)
    return rod((x, y, top), knee, thick * 1.5, coat), rod(knee, (x + step, y, 0.0), thick, tone)


def _head(
    rng: Rng, build: _Build, back: float, at: Point, tones: tuple[Colour, Colour]
) -> tuple[Solid, ...]:
    """A skull, a muzzle, two ears, two eyes, and horns or antlers. tones: of coat and muzzle."""
    coat, tone = tones
    size, snout = build.head * back, build.muzzle * back
    x, _, z = at
    skull = ball(at, (size * 0.62, size * 0.5, size * 0.55), coat, sides=10)
    muzzle = ball((x + size * 0.4 + snout * 0.35, 0, z - size * 0.16),
                  (snout * 0.6, size * 0.28, size * 0.28), tone, sides=8)  # fmt: skip
    nose = ball((x + size * 0.4 + snout * 0.9, 0, z - size * 0.12),
                (snout * 0.14, size * 0.12, size * 0.1), (0.08, 0.06, 0.06), sides=6)  # fmt: skip
    parts = [skull, muzzle, nose]
    for side in (-1, 1):
        ear = (x - size * 0.15, side * size * 0.3, z + size * 0.35)
        tip = (ear[0] - 0.02 * back, side * (size * 0.3 + build.ears * back * 0.5), z + size * 0.35)
        up = build.ears * back * float(rng.uniform(0.4, 1.0))
        parts.append(rod(ear, (tip[0], tip[1], tip[2] + up), size * 0.28, darker(coat, 0.9)))
        parts.append(ball((x + size * 0.42, side * size * 0.3, z + size * 0.12),
                          (size * 0.08,) * 3, (0.05, 0.05, 0.04), sides=6))  # fmt: skip
        if build.horns:
            root = (x - size * 0.2, side * size * 0.2, z + size * 0.45)
            bend = (root[0], side * (size * 0.2 + build.horns * back), z + size * 0.7)
            end = (root[0] + 0.1 * back * build.horns, bend[1], bend[2] + build.horns * back)
            parts += [rod(root, bend, 0.03 * back, _CREAM), rod(bend, end, 0.025 * back, _CREAM)]
    return tuple(parts)


def _sitting(rng: Rng, shape: Shape) -> Shape:
    """Reared up on its haunches: a walking one, shorter and taller."""
    tall = np.diag([0.7, 0.7, float(rng.uniform(1.3, 1.6))])
    return shape.moved(tall, np.zeros(3))


def _plain(body: Solid) -> Solid:
    return body


def _striped(rng: Rng) -> Pattern:
    """Darker bands across the back, as a tabby has; a few cats have none."""
    if rng.random() < 0.3:
        return _plain
    width, strength = float(rng.uniform(0.03, 0.06)), float(rng.uniform(0.45, 0.8))

    def stripes(body: Solid) -> Solid:
        dark = np.sin(body.centres[:, 0] * pi / width) > 0.2
        return replace(body, colours=body.colours * np.where(dark, strength, 1.0)[:, None])

    return stripes


def _patched(rng: Rng, other: Colour) -> Pattern:
    """Large patches of another colour."""
    waves = rng.normal(0, 1, (3, 3)) * 4
    phase, level = rng.uniform(0, 2 * pi, 3), float(rng.uniform(-0.3, 0.5))

    def patches(body: Solid) -> Solid:
        field = np.sin(body.centres @ waves.T + phase).sum(axis=1)
        mixed = np.where((field > level)[:, None], np.array(other), body.colours)
        return replace(body, colours=mixed)

    return patches


def _paler_below(body: Solid, up_m: float) -> Solid:
    below = (body.centres[:, 2] < up_m)[:, None]
    return replace(body, colours=np.where(below, np.array(_CREAM) * 0.95, body.colours))
