"""What stands along every road and is no hazard: posts, bins, boxes, ordinary signs."""

from dataclasses import replace

import cv2
import numpy as np

from detection.render.objects.bodies import Rng, ball, disc, posed
from detection.render.objects.paint import (
    any_colour,
    bytes_of,
    darker,
    grey,
    hue,
    red,
    retro,
    white,
    wood,
    yellow,
)  # fmt: skip
from detection.render.objects.sign_face import SIZE, aged, diamond_of, text
from detection.render.objects.work_sign import mounted
from detection.render.solid import Colour, Picture, Shape, box, revolution

_WORDS = (
    "SPEED/LIMIT/35",
    "SPEED/LIMIT/55",
    "SPEED/LIMIT/70",
    "NO/PARKING",
    "ONE/WAY",
    "KEEP/RIGHT",
    "WEST/40",
)
_ADVERTS = ("SALE", "OPEN", "CAFE", "FOR/RENT", "PIZZA/TODAY", "CAR WASH", "LIVE/MUSIC", "50 %/OFF")


def bollard(rng: Rng) -> Shape:
    """A post of 0.6 to 1.2 m in grey, yellow, wood, black or white, some with a band."""
    tall, thick = float(rng.uniform(0.6, 1.2)), float(rng.uniform(0.04, 0.12))
    paints = (grey, yellow, wood, lambda r: grey(r, 0.05, 0.15), white)
    tone = paints[int(rng.integers(5))](rng)
    band = (white, red, tone and (lambda r: darker(tone, 0.8)))[int(rng.integers(3))](rng)
    profile = [
        (thick, 0.0),
        (thick, tall * 0.7),
        (thick, tall * 0.85),
        (thick, tall),
        (thick * 0.4, tall + thick * 0.6),
    ]
    shine = retro(rng) * 0.5
    return Shape((revolution(profile, [tone, band, tone, tone], sides=12, retro=(0, shine)),))


def mailbox(rng: Rng) -> Shape:
    """A US mailbox on its post, or a blue box of the post."""
    if rng.random() < 0.6:
        tone = any_colour(rng)
        post = box((0.1, 0.1, 1.0), (0, 0, 0), wood(rng))
        body = box((0.2, 0.5, 0.17), (0, 0, 1.0), tone)
        roof = disc((0, 0, 1.17), 0.1, 0.5, tone, across=False)
        turn = float(rng.choice([0, 90, -90]) + rng.normal(0, 10))
        return posed(Shape((post, body, roof)), turn_deg=turn)
    blue = hue(rng, (205, 225), (0.5, 0.8), (0.3, 0.6))
    return Shape(
        (box((0.5, 0.5, 1.0), (0, 0, 0.1), blue), disc((0, 0, 1.1), 0.25, 0.5, blue, across=True))
    )


def hydrant(rng: Rng) -> Shape:
    """A fire hydrant of 0.7 to 0.9 m in red, yellow, orange-red or silver."""
    tone = (
        red,
        red,
        yellow,
        lambda r: grey(r, 0.5, 0.8),
        lambda r: hue(r, (4, 18), (0.6, 0.9), (0.5, 0.85)),
    )[int(rng.integers(5))](rng)
    body = revolution(
        [
            (0.15, 0.0),
            (0.15, 0.05),
            (0.1, 0.07),
            (0.1, 0.5),
            (0.14, 0.52),
            (0.14, 0.57),
            (0.1, 0.68),
            (0.03, 0.75),
        ],
        [tone] * 7,
        sides=12,
    )
    arms = disc((0, 0, 0.42), 0.06, 0.4, darker(tone, 0.9), across=True)
    nozzle = disc((0, -0.14, 0.4), 0.08, 0.1, darker(tone, 0.9), across=False)
    return Shape((arms, body, nozzle))


def bin_(rng: Rng) -> Shape:
    """A wheeled or round bin, green, grey, blue, brown or orange."""
    tones = (
        lambda r: hue(r, (90, 150), (0.3, 0.8), (0.15, 0.5)), grey, any_colour,
        lambda r: hue(r, (8, 28), (0.6, 0.9), (0.5, 0.95)),
        lambda r: hue(r, (200, 230), (0.4, 0.8), (0.2, 0.6)),
    )  # fmt: skip
    tone = tones[int(rng.integers(5))](rng)
    tall = float(rng.uniform(0.75, 1.15))
    if rng.random() < 0.35:
        profile = [(0.24, 0.0), (0.28, tall * 0.9), (0.3, tall * 0.92), (0.22, tall)]
        return Shape(
            (revolution(profile, [tone, darker(tone, 0.7), darker(tone, 0.85)], sides=14),)
        )
    foot = box((0.46, 0.5, tall * 0.92), (0, 0, 0.02), tone)
    flipped = foot.faces * (1, 1, -1) + (0, 0, tall * 0.92)
    body = type(foot)(flipped, foot.colours)
    lid = box((0.56, 0.62, tall * 0.08), (0, 0, tall * 0.92), darker(tone, 0.85), taper=0.9)
    return posed(Shape((body, lid)), turn_deg=float(rng.normal(0, 40)))


def delineator(rng: Rng) -> Shape:
    """A permanent post at the edge of the road, white or brown with a small reflector."""
    tall = float(rng.uniform(0.8, 1.2))
    tone = white(rng) if rng.random() < 0.75 else hue(rng, (15, 35), (0.3, 0.6), (0.25, 0.5))
    post = box((0.11, 0.03, tall), (0, 0, 0), tone)
    dark = box((0.115, 0.035, 0.2), (0, 0, tall - 0.3), grey(rng, 0.05, 0.2))
    spot = box((0.06, 0.01, 0.14), (0, -0.025, tall - 0.27), white(rng))
    return posed(
        Shape((post, dark, type(spot)(spot.faces, spot.colours, 60.0))),
        lean_deg=float(rng.normal(0, 3)),
    )


def ordinary_sign(rng: Rng) -> Shape:
    """Speed limits, stop signs, yellow warnings, red rims, blue and green plates on a post."""
    kind = int(rng.choice(6, p=[0.25, 0.12, 0.3, 0.13, 0.12, 0.08]))
    picture = (_words, _stop, _warning, _rim, _blue, _chevron)[kind](rng)
    width = float(rng.uniform(0.6, 1.1)) * (1.2 if kind == 2 else 1.0)
    height = width * picture.shape[0] / picture.shape[1]
    return mounted(rng, aged(picture, rng), width, height, bottom=float(rng.uniform(1.3, 2.3)))


def painted_board(rng: Rng) -> Shape:
    """A hoarding, menu, poster or painted board of 0.5 to 2.4 m: stripes, tiles, words, colours."""
    picture = (_stripes, _tiles, _poster)[int(rng.choice(3, p=[0.3, 0.25, 0.45]))](rng)
    width = float(rng.uniform(0.5, 2.4))
    height = min(width * picture.shape[0] / picture.shape[1], 2.2)
    low = float(rng.choice([0.02, rng.uniform(0.1, 0.6), rng.uniform(0.6, 1.8)]))
    board = mounted(rng, aged(picture, rng), width, height, bottom=low)
    return Shape(board.solids, tuple(replace(face, retro=0.0) for face in board.boards))


def street_lamp(rng: Rng) -> Shape:
    """A post or trunk of 3 to 7 m."""
    tall, thick = float(rng.uniform(3, 7)), float(rng.uniform(0.05, 0.16))
    tone = grey(rng) if rng.random() < 0.6 else wood(rng)
    return Shape((revolution([(thick, 0.0), (thick * 0.7, tall)], [tone], sides=8),))


def bush(rng: Rng) -> Shape:
    """A bush or a heap of dry grass."""
    tone = hue(rng, (50, 120), (0.2, 0.6), (0.15, 0.5))
    size = float(rng.uniform(0.3, 0.9))
    balls = []
    for _ in range(5):
        at = rng.normal(0, size * 0.4, 3)
        at[2] = size * 0.5 + abs(at[2]) * 0.5
        radii = (size * 0.6, size * 0.6, size * 0.5)
        body = ball((float(at[0]), float(at[1]), float(at[2])), radii, tone)
        speckle = rng.uniform(0.5, 1.3, (len(body.faces), 1))
        balls.append(type(body)(body.faces, body.colours * speckle))
    return Shape(tuple(balls))


def _words(rng: Rng) -> Picture:
    picture = np.zeros((SIZE, int(SIZE * 0.8), 4), np.uint8)
    picture[:] = bytes_of(white(rng))
    h, w = picture.shape[:2]
    cv2.rectangle(picture, (5, 5), (w - 6, h - 6), (15.0, 15.0, 15.0, 255.0), 3)
    text(picture, str(rng.choice(_WORDS)), (0.1, 0.1, 0.9, 0.9), (15.0, 15.0, 15.0, 255.0))
    return picture


def _stop(rng: Rng) -> Picture:
    picture = np.zeros((SIZE, SIZE, 4), np.uint8)
    turns = np.pi / 8 + np.arange(8) * np.pi / 4
    for reach, tone in ((SIZE / 2 - 1, white(rng)), (SIZE / 2 - 9, red(rng))):
        corners = np.stack([np.cos(turns), np.sin(turns)], 1) * reach * 1.06 + SIZE / 2
        cv2.fillPoly(picture, [corners.astype(np.int32)], bytes_of(tone), cv2.LINE_AA)
    text(picture, "STOP", (0.14, 0.3, 0.86, 0.7), bytes_of(white(rng)))
    return picture


def _warning(rng: Rng) -> Picture:
    lime = rng.random() < 0.2
    tone = (
        hue(rng, (62, 75), (0.7, 0.95), (0.8, 1.0))
        if lime
        else hue(rng, (44, 54), (0.75, 0.98), (0.8, 1.0))
    )
    return diamond_of(rng, tone)


def _rim(rng: Rng) -> Picture:
    picture = np.zeros((SIZE, SIZE, 4), np.uint8)
    c = SIZE // 2
    cv2.circle(picture, (c, c), c - 2, bytes_of(red(rng)), -1, cv2.LINE_AA)
    cv2.circle(picture, (c, c), int(c * 0.74), bytes_of(white(rng)), -1, cv2.LINE_AA)
    if rng.random() < 0.7:
        text(
            picture,
            str(rng.choice(["30", "50", "70", "80", "100"])),
            (0.25, 0.3, 0.75, 0.7),
            (15.0, 15.0, 15.0, 255.0),
        )
    return picture


def _blue(rng: Rng) -> Picture:
    picture = np.zeros((SIZE, SIZE, 4), np.uint8)
    degrees = (205, 225) if rng.random() < 0.6 else (140, 165)
    tone = bytes_of(hue(rng, degrees, (0.6, 0.95), (0.3, 0.7)))
    c = SIZE // 2
    if rng.random() < 0.5:
        cv2.circle(picture, (c, c), c - 2, tone, -1, cv2.LINE_AA)
    else:
        picture[:] = tone
    text(
        picture,
        str(rng.choice(["P", "H", "I-95", "EXIT"])),
        (0.2, 0.2, 0.8, 0.8),
        bytes_of(white(rng)),
    )
    return picture


def _stripes(rng: Rng) -> Picture:
    """Stripes as of awnings, fences and shutters: never the two colours of a barrier."""
    picture = _board(rng)
    h, w = picture.shape[:2]
    tones = [_harmless(rng), _harmless(rng) if rng.random() < 0.5 else white(rng)]
    slant = float(rng.choice([0.0, 0.0, rng.uniform(-1, 1)]))
    down, right = np.mgrid[0:h, 0:w]
    along = (down + slant * right) if rng.random() < 0.5 else (right + slant * down)
    which = (along // float(rng.uniform(0.05, 0.25) * h)).astype(int) % 2
    picture[:] = np.array([bytes_of(tone) for tone in tones])[which]
    return picture


def _tiles(rng: Rng) -> Picture:
    """Soft patches of a few colours: a mural, a photograph seen from afar, a display."""
    h, w = _board(rng).shape[:2]
    rows, columns = (int(n) for n in rng.integers(2, 9, 2))
    palette = np.array([any_colour(rng) for _ in range(4)], np.float32)
    coarse = palette[rng.integers(0, 4, (rows, columns))]
    blend = cv2.INTER_CUBIC if rng.random() < 0.7 else cv2.INTER_NEAREST
    fine = np.asarray(cv2.resize(coarse, (w, h), interpolation=blend), np.float32)
    fine += cv2.GaussianBlur(rng.normal(0, 0.4, (h, w, 1)).astype(np.float32), (0, 0), 2)[..., None]
    solid = np.full((h, w, 1), 255.0)
    return np.dstack([fine.clip(0, 1) * 255, solid]).astype(np.uint8)


def _poster(rng: Rng) -> Picture:
    """Words and a picture on one colour."""
    picture = _board(rng)
    picture[:] = bytes_of(any_colour(rng) if rng.random() < 0.6 else white(rng))
    ink = bytes_of(any_colour(rng) if rng.random() < 0.5 else grey(rng, 0.05, 0.2))
    top = float(rng.uniform(0.0, 0.6))
    if rng.random() < 0.7:
        h, w = picture.shape[:2]
        inset = cv2.resize(_tiles(rng), (int(w * 0.8), int(h * 0.35)))
        row, column = int(h * (0.6 if top < 0.3 else 0.05)), int(w * 0.1)
        picture[row : row + inset.shape[0], column : column + inset.shape[1]] = inset
    text(picture, str(rng.choice(_ADVERTS)), (0.1, top, 0.9, top + 0.4), ink)
    return picture


def _board(rng: Rng) -> Picture:
    wide = float(rng.uniform(0.6, 2.2))
    return np.full((int(SIZE / max(wide, 1)), int(SIZE * min(wide, 1)), 4), 255, np.uint8)


def _harmless(rng: Rng) -> Colour:
    """Any colour that no barrier, drum or work sign has: no red, no orange, no yellow."""
    return hue(rng, (70, 330), (0.1, 0.9), (0.1, 0.8)) if rng.random() < 0.7 else grey(rng, 0.1)


def _chevron(rng: Rng) -> Picture:
    picture = np.zeros((SIZE, int(SIZE * 0.75), 4), np.uint8)
    picture[:] = bytes_of(hue(rng, (44, 54), (0.75, 0.98), (0.8, 1.0)))
    h, w = picture.shape[:2]
    shape = np.array([[0.2, 0.1], [0.5, 0.1], [0.85, 0.5], [0.5, 0.9], [0.2, 0.9], [0.55, 0.5]])
    cv2.fillPoly(
        picture, [(shape * (w, h)).astype(np.int32)], (15.0, 15.0, 15.0, 255.0), cv2.LINE_AA
    )
    return np.ascontiguousarray(picture[:, ::-1]) if rng.random() < 0.5 else picture
