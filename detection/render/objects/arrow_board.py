"""Lamp boards on trailers: flashing arrows and messages (MUTCD 2009 sections 6F.60, 6F.61)."""

from dataclasses import replace

import cv2
import numpy as np

from detection.render.objects.bodies import Rng, disc, posed, rod
from detection.render.objects.paint import BLACK, any_colour, grey, hue, orange, white, yellow
from detection.render.objects.sign_face import text
from detection.render.solid import Colour, Picture, Shape, box, pyramid, upright

_WORDS = (
    "ROAD/WORK/AHEAD", "RIGHT/LANE/CLOSED", "LEFT/LANE/CLOSED", "SLOW", "EXPECT/DELAYS",
    "MERGE/LEFT", "NIGHT/WORK", "DETOUR", "USE/EXIT 12", "WORK/ZONE", "PREPARE/TO STOP",
)  # fmt: skip


def arrow_board(rng: Rng) -> Shape:
    """A black panel of 1.2 to 2.4 m by 0.6 to 1.2 m with amber lamps, on a trailer."""
    width = float(rng.uniform(1.2, 2.5))
    face = _lamps(rng)
    return _on_trailer(rng, face, width, width / 2)


def message_board(rng: Rng) -> Shape:
    """A portable board of 2 to 3.2 m with up to three lines of amber text, on a trailer."""
    face = np.zeros((160, 256, 4), np.uint8)
    face[:] = (18, 18, 18, 255)
    if rng.random() < 0.85:
        text(face, str(rng.choice(_WORDS)), (0.08, 0.08, 0.92, 0.92), _amber(rng))
        face[::5, :, :3] //= 2
    width = float(rng.uniform(2.0, 3.2))
    return _on_trailer(rng, face, width, width * 0.6)


def _lamps(rng: Rng) -> Picture:
    """A panel of lamps: an arrow to either side, to both, chevrons, four corners or all dark."""
    face = np.zeros((128, 256, 4), np.uint8)
    frame = orange(rng) if rng.random() < 0.2 else BLACK
    face[:] = (*(int(c * 255) for c in frame), 255)
    face[5:-5, 5:-5, :3] = (16, 16, 16)
    shaft = [(x, 0.0) for x in np.linspace(-0.85, 0.85, 7)]
    head = [(0.85 - 0.22 * i, s * 0.24 * i) for i in (1, 2, 3) for s in (-1, 1)]
    tail = [(-x, y) for x, y in head]
    chevrons = [(c - 0.17 * abs(y), y * 0.3) for c in (-0.4, 0.2, 0.8) for y in (-2, -1, 0, 1, 2)]
    corners = [(x, y) for x in (-0.85, 0.85) for y in (-0.7, 0.7)]
    patterns: tuple[list[tuple[float, float]], ...] = (
        shaft + head,
        shaft + head + tail,
        chevrons,
        corners,
        [],
    )
    lit = patterns[int(rng.choice(5, p=[0.5, 0.12, 0.15, 0.13, 0.1]))]
    flip, glowing = int(rng.choice([-1, 1])), _amber(rng)
    radius = int(rng.integers(7, 12))
    for spots, tone in ((shaft + head + tail + corners, (48.0, 40.0, 26.0, 255.0)), (lit, glowing)):
        for x, y in spots:
            at = (int(128 + flip * x * 118), int(64 + y * 62))
            cv2.circle(face, at, radius, tone, -1, cv2.LINE_AA)
    return face


def _amber(rng: Rng) -> tuple[float, float, float, float]:
    r, g, b = (255 * c for c in hue(rng, (30, 48), (0.35, 0.9), (0.9, 1.0)))
    return (r, g, b, 255.0)


def _on_trailer(rng: Rng, face: Picture, width: float, height: float) -> Shape:
    paint: Colour = (orange, yellow, white, any_colour)[int(rng.choice(4, p=[0.5, 0.2, 0.2, 0.1]))](
        rng
    )
    bottom = float(rng.uniform(1.6, 2.2))
    metal = grey(rng, 0.2, 0.6)
    body = box((float(rng.uniform(0.9, 1.5)), 1.6, 0.45), (0, 0.5, 0.45), paint)
    wheels = [disc((x, 0.5, 0.33), 0.33, 0.2, (0.07, 0.07, 0.07), across=True) for x in (-0.8, 0.8)]
    mast = box((0.12, 0.12, bottom), (0, 0.2, 0.5), metal)
    legs = [rod((x, 0.1, 0.0), (x, 0.1, 0.6), 0.06, metal) for x in (-0.7, 0.7)]
    back = box((width, 0.08, height), (0, 0.07, bottom), BLACK)
    board = replace(
        upright(width, height, bottom, pyramid(face)), glow=float(rng.uniform(1.2, 2.2))
    )
    shape = Shape((*wheels, *legs, body, mast, back), (board,))
    return posed(shape, turn_deg=float(rng.normal(0, 12)))
