"""Road work signs on their stands, and the same signs from behind."""

from dataclasses import replace

import numpy as np

from detection.render.objects.bodies import Point, Rng, posed, rod
from detection.render.objects.paint import grey, orange, retro, wood
from detection.render.objects.sign_face import aged, diamond, diversion, plate, triangle
from detection.render.solid import Colour, Picture, Shape, Solid, box, pyramid, trimmed, upright

_INCH_M = 0.0254


def diamond_sign(rng: Rng) -> Shape:
    """A diamond of 30, 36 or 48 in on a spring stand, a post or two, some with a plate below."""
    side = float(rng.choice([30, 36, 48], p=[0.2, 0.35, 0.45])) * _INCH_M
    across = side * 2**0.5
    return _mounted(rng, diamond(rng), across, across, with_plate=rng.random() < 0.15)


def plate_sign(rng: Rng) -> Shape:
    """An orange rectangle or square of 0.6 to 1.5 m."""
    picture = plate(rng)
    width = float(rng.uniform(0.6, 1.5))
    height = width * picture.shape[0] / picture.shape[1]
    return _mounted(rng, picture, width, min(height, 1.3), with_plate=False)


def triangle_sign(rng: Rng) -> Shape:
    """A European triangle of 0.9 or 1.25 m on a post or folding stand."""
    width = float(rng.choice([0.7, 0.9, 0.9, 1.25]))
    return _mounted(rng, triangle(rng), width, width * 0.88, with_plate=False)


def diversion_sign(rng: Rng) -> Shape:
    """A European yellow plate that leads another way."""
    picture = diversion(rng)
    width = float(rng.uniform(0.8, 1.3)) if picture.shape[1] > picture.shape[0] else 1.0
    return _mounted(
        rng, picture, width, width * picture.shape[0] / picture.shape[1], with_plate=False
    )


def sign_back(rng: Rng) -> Shape:
    """A sign from behind: bare aluminium or plywood, no legend."""
    across = float(rng.uniform(0.7, 1.7))
    picture = np.zeros((64, 64, 4), np.uint8)
    tone = np.array([*(grey(rng, 0.3, 0.75) if rng.random() < 0.8 else wood(rng)), 1.0])
    grid = np.abs(np.mgrid[-1:1:64j, -1:1:64j])
    inside = grid.sum(axis=0) < 1 if rng.random() < 0.6 else grid.max(axis=0) < 1
    picture[inside] = (tone * 255).astype(np.uint8)
    shape = _mounted(rng, picture, across, across, with_plate=False, flags=False)
    bare = tuple(replace(board, retro=0.0) for board in shape.boards)
    return replace(shape, boards=bare, stains=None)


def mounted(rng: Rng, picture: Picture, width: float, height: float, *, bottom: float) -> Shape:
    """A face on one post."""
    post = box((0.06, 0.06, bottom + height * 0.9), (0, 0.05, 0), grey(rng, 0.3, 0.7))
    face = upright(width, height, bottom, pyramid(picture))
    turn, lean = rng.normal(0, 12), rng.normal(0, 2)
    shape = Shape((post,), (replace(face, retro=retro(rng)),))
    return posed(shape, turn_deg=float(turn), lean_deg=float(lean))


def _mounted(
    rng: Rng, picture: Picture, width: float, height: float, *, with_plate: bool, flags: bool = True
) -> Shape:
    shine = retro(rng)
    face = upright(width, height, 0.0, pyramid(trimmed(aged(picture, rng))))
    face = replace(face, retro=shine)
    stand = int(rng.choice(3, p=[0.5, 0.25, 0.25]))
    bottom = float(rng.uniform(0.2, 0.45) if stand == 0 else rng.uniform(1.4, 2.2))
    whole = Shape((), (face,)).moved(np.eye(3), np.array([0, 0, bottom]))
    if with_plate:
        words = plate(rng)
        tall = width * 0.6 * words.shape[0] / words.shape[1]
        lower = upright(width * 0.6, min(tall, 0.6), 0.0, pyramid(words))
        lifted = max(bottom - min(tall, 0.6) - 0.02, 0.05)
        whole += Shape((), (replace(lower, retro=shine),)).moved(
            np.eye(3), np.array([0, 0, lifted])
        )
    top = bottom + height
    if stand == 0:
        whole += _spring_stand(rng, bottom, top, flags=flags and rng.random() < 0.3)
    else:
        whole += Shape(_posts(rng, stand, width, bottom + height * 0.85))
    # Fluorescent sheeting gives more orange light than falls on it.
    stains = np.full((1, 1), rng.uniform(1.0, 1.35), np.float32)
    whole = replace(whole, stains=stains, face_only=True)
    lean = float(rng.normal(0, 5 if stand == 0 else 2))
    return posed(whole, turn_deg=float(rng.normal(0, 16)), lean_deg=lean)


def _posts(rng: Rng, count: int, width: float, top: float) -> tuple[Solid, ...]:
    """One post in the middle or two under the sides, steel or wood."""
    steel = rng.random() < 0.6
    tone = grey(rng, 0.3, 0.7) if steel else wood(rng)
    thick = 0.06 if steel else 0.1
    places = (0.0,) if count == 1 else (-width * 0.22, width * 0.22)
    return tuple(box((thick, thick, top), (x, thick / 2 + 0.02, 0), tone) for x in places)


def _spring_stand(rng: Rng, bottom: float, top: float, *, flags: bool) -> Shape:
    """Four splayed feet under a short mast, now and then with two or three orange flags."""
    tone: Colour = grey(rng, 0.1, 0.6)
    reach, hub = float(rng.uniform(0.5, 0.8)), bottom + 0.1
    feet: list[Point] = [(reach, 0.35, 0), (-reach, 0.35, 0), (reach, -0.35, 0), (-reach, -0.35, 0)]
    parts = [rod(foot, (0.0, 0.04, hub), 0.035, tone) for foot in feet]
    parts.append(rod((0.0, 0.05, hub - 0.1), (0.0, 0.05, top), 0.04, tone))
    cloth = orange(rng)
    for side in (-1, 1) if flags else ():
        tip = (side * 0.3, 0.03, top + 0.55)
        parts.append(rod((0.0, 0.03, top - 0.1), tip, 0.02, tone))
        parts.append(box((0.4, 0.02, 0.4), (side * 0.45, 0.03, top + 0.12), cloth, taper=0.9))
    return Shape(tuple(parts))
