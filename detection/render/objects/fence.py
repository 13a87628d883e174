"""Barriers without rails of sheeting: steel and plastic fences, water-filled and concrete walls."""

from functools import partial

import cv2
import numpy as np

from detection.render.objects.bodies import Rng, posed, wedge
from detection.render.objects.paint import (
    any_colour,
    bytes_of,
    darker,
    grey,
    hue,
    orange,
    red,
    retro,
    white,
    yellow,
)  # fmt: skip
from detection.render.objects.stripes import livery, rail
from detection.render.solid import Board, Colour, Shape, box, pyramid, upright

_FACE = (128, 256)


def steel_barricade(rng: Rng) -> Shape:
    """A police barricade: 2 to 2.5 m of steel tube with upright bars, 1.1 m tall."""
    width, height = float(rng.uniform(1.9, 2.5)), float(rng.uniform(1.0, 1.15))
    blue = partial(hue, degrees=(205, 225), saturation=(0.5, 0.8), value=(0.3, 0.7))
    paints = (lambda r: grey(r, 0.45, 0.85), yellow, orange, red, blue)
    pick = int(rng.choice(5, p=[0.6, 0.1, 0.1, 0.1, 0.1]))
    tone = bytes_of(paints[pick](rng))
    face = np.zeros((*_FACE, 4), np.uint8)
    h, w = _FACE
    thick = int(rng.integers(3, 6))
    low = h - int(rng.integers(14, 26))
    cv2.rectangle(face, (4, 4), (w - 5, low), tone, thick + 1, cv2.LINE_AA)
    for x in np.linspace(4, w - 5, int(rng.integers(10, 22)))[1:-1]:
        cv2.line(face, (int(x), 6), (int(x), low), tone, max(thick - 2, 2), cv2.LINE_AA)
    for x in (24, w - 25):
        cv2.line(face, (x, low), (x, h - 1), tone, thick + 1, cv2.LINE_AA)
    if rng.random() < 0.25:
        left, top = int(w * rng.uniform(0.2, 0.4)), int(rng.integers(20, 40))
        plate = bytes_of((white, orange, any_colour)[int(rng.integers(3))](rng))
        cv2.rectangle(face, (left, top), (w - left, top + int(rng.integers(20, 45))), plate, -1)
    foot = grey(rng, 0.2, 0.6)
    feet = [box((0.05, 0.6, 0.03), (x, 0, 0), foot) for x in (-width * 0.41, width * 0.41)]
    board = upright(width, height, 0.0, pyramid(face))
    return posed(Shape(tuple(feet), (board,)), turn_deg=float(rng.normal(0, 22)))


def plastic_fence(rng: Rng) -> Shape:
    """A barricade for people on foot: an orange, white or red plastic frame, 1 m tall."""
    width, height = float(rng.uniform(1.6, 2.1)), float(rng.uniform(0.95, 1.08))
    tone = (orange, orange, red, white)[int(rng.integers(4))](rng)
    face = np.zeros((*_FACE, 4), np.uint8)
    h, w = _FACE
    cv2.rectangle(face, (2, 2), (w - 3, h - 1), bytes_of(tone), -1)
    style = int(rng.integers(3))
    inner = _window(rng, style)
    for left, top, right, bottom in inner:
        face[top:bottom, left:right] = 0
    cv2.rectangle(face, (14, 10), (w - 15, 34), bytes_of(white(rng)), -1)
    stripe, lean = bytes_of(orange(rng)), int(rng.choice([-24, 24]))
    for x in range(14, w - 40, 48):
        corners = np.array([[x, 34], [x + 24, 34], [x + 24 + lean, 10], [x + lean, 10]])
        corners[:, 0] = np.clip(corners[:, 0], 14, w - 15)
        cv2.fillPoly(face, [corners], stripe, cv2.LINE_AA)
    feet = [
        box((0.12, 0.55, 0.06), (x, 0, 0), darker(tone, 0.7)) for x in (-width * 0.4, width * 0.4)
    ]
    board = upright(width, height, 0.0, pyramid(face))
    shown = Board(board.corners, board.levels, retro(rng) * 0.08)
    return posed(Shape(tuple(feet), (shown,)), turn_deg=float(rng.normal(0, 22)))


def water_filled(rng: Rng) -> Shape:
    """One to four plastic walls in a row, orange and white by turns or all alike, 0.6 to 1.07 m."""
    count = int(rng.integers(1, 5))
    long = float(rng.uniform(1.0, 2.0))
    height = float(rng.uniform(0.6, 1.07))
    pairs = ((orange, white), (orange, orange), (red, white), (white, white))
    first, second = pairs[int(rng.choice(4, p=[0.45, 0.25, 0.25, 0.05]))]
    tones = first(rng), second(rng)
    whole = Shape()
    for i in range(count):
        x = (i - (count - 1) / 2) * (long + 0.03)
        whole += posed(_wall(long, height, 0.46, tones[i % 2]), at=(x, 0.0, 0.0))
    if rng.random() < 0.3:
        whole += _panels(rng, height, count * long)
    return posed(whole, turn_deg=float(rng.normal(0, 25)))


def marked_concrete(rng: Rng) -> Shape:
    """A concrete wall that carries striped panels, so that it belongs to road works."""
    long = float(rng.uniform(2.0, 5.0))
    wall = _wall(long, 0.81, 0.6, grey(rng, 0.45, 0.75))
    if rng.random() < 0.4:
        look = livery(rng, red_share=0.3)
        rails = rail(look, long * 0.9, 0.2, 0.86 if rng.random() < 0.5 else 0.5, y=-0.16)
        return posed(wall + rails, turn_deg=float(rng.normal(0, 25)))
    return posed(wall + _panels(rng, 0.81, long), turn_deg=float(rng.normal(0, 25)))


def concrete(rng: Rng) -> Shape:
    """A plain concrete wall: no hazard by itself."""
    long, height = float(rng.uniform(2.0, 6.0)), float(rng.uniform(0.75, 1.1))
    tone = (
        grey(rng, 0.4, 0.8) if rng.random() < 0.85 else hue(rng, (20, 50), (0.1, 0.3), (0.5, 0.8))
    )
    return posed(_wall(long, height, 0.6, tone), turn_deg=float(rng.normal(0, 30)))


def _wall(long: float, height: float, deep: float, tone: Colour) -> Shape:
    """The profile of a Jersey wall: a kerb, a slope, a nearly upright top."""
    slope = wedge(long, (deep, height * 0.1), (deep * 0.5, height * 0.42), tone)
    kerb = wedge(long, (deep, 0.0), (deep, height * 0.1), darker(tone, 0.9))
    upper = wedge(long, (deep * 0.5, height * 0.42), (deep * 0.3, height), tone)
    return Shape((kerb, slope, upper))


def _panels(rng: Rng, bottom: float, long: float) -> Shape:
    """Striped panels along the top of a wall."""
    look, whole = livery(rng, red_share=0.2), Shape()
    for x in np.arange(-long / 2 + 0.4, long / 2 - 0.2, float(rng.uniform(0.9, 1.6))):
        whole += rail(look, 0.24, 0.5, bottom - 0.02, x=float(x))
    return whole


def _window(rng: Rng, style: int) -> list[tuple[int, int, int, int]]:
    """What is cut out of a plastic fence: (left, top, right, bottom) in its picture."""
    h, w = _FACE
    if style == 0:
        return [(x, 44, x + 10, h - 26) for x in range(16, w - 24, 20)]
    if style == 1:
        return [(16, 44, w - 16, h - 46), (40, h - 14, w - 40, h)]
    gap = int(rng.integers(40, 60))
    return [
        (16, 44, w // 2 - 6, 44 + gap),
        (w // 2 + 6, 44, w - 16, 44 + gap),
        (50, h - 12, w - 50, h),
    ]
