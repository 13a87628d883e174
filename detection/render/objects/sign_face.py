"""Faces of road work signs as pictures (h, w, 4): diamonds, plates and triangles with a legend."""

import cv2
import numpy as np

from detection.render.objects.bodies import Rng
from detection.render.objects.paint import bytes_of, hue, orange, red, white, yellow
from detection.render.solid import Colour, Picture

SIZE = 256
_Paint = tuple[float, float, float, float]
_INK: _Paint = (14.0, 14.0, 14.0, 255.0)
_TEXTS = (
    "ROAD/WORK/AHEAD", "ROAD/WORK/500 FT", "ROAD/WORK/1 MILE", "LEFT LANE/CLOSED/AHEAD",
    "RIGHT/LANE/CLOSED", "ONE LANE/ROAD/AHEAD", "BE/PREPARED/TO STOP", "UTILITY/WORK/AHEAD",
    "SHOULDER/WORK", "DETOUR/AHEAD", "BUMP", "UNEVEN/LANES", "FRESH/OIL", "ROAD/CLOSED/AHEAD",
    "TRUCKS/ENTERING", "SURVEY/CREW", "LOOSE/GRAVEL", "FLAGGER/AHEAD", "NO/SHOULDER",
)  # fmt: skip
_PLATES = (
    "END/ROAD WORK", "DETOUR", "ROAD WORK/NEXT 5 MILES", "FINES/DOUBLED", "WORK/ZONE", "SPEED/45",
    "ROAD/CLOSED", "EXIT/CLOSED", "SIDEWALK/CLOSED", "LANE/CLOSED", "KEEP/RIGHT", "500 FT",
)  # fmt: skip
# A person at work, a flagger and lines of traffic, in a square from -1 to 1, right and down.
_WORKER = (
    ((-0.16, -0.42), (-0.3, 0.05), (-0.1, 0.35), (-0.2, 0.8)),
    ((-0.3, 0.05), (-0.5, 0.4), (-0.6, 0.8)),
    ((-0.18, -0.36), (0.1, -0.05), (0.3, 0.1)),
    ((-0.3, -0.12), (0.55, 0.5)),
)
_FLAGGER = (
    ((-0.05, -0.4), (-0.05, 0.2), (-0.2, 0.8)),
    ((-0.05, 0.2), (0.12, 0.8)),
    ((-0.05, -0.35), (0.3, -0.1), (0.55, -0.35)),
    ((0.55, -0.7), (0.55, 0.35)),
    ((-0.05, -0.3), (-0.35, 0.1)),
)
_LINES = (
    (((-0.3, 0.8), (-0.3, -0.8)), ((0.35, 0.8), (0.35, 0.2), (-0.05, -0.2), (-0.05, -0.8))),
    (((-0.35, 0.8), (-0.35, 0.3), (0.25, -0.3), (0.25, -0.7)),),
    (((0.4, 0.8), (0.4, 0.3), (-0.3, -0.3), (-0.3, -0.7)), ((0.0, 0.8), (0.0, 0.45))),
    (((0.0, 0.7), (0.0, -0.6)), ((-0.3, -0.3), (0.0, -0.7), (0.3, -0.3))),
    (((0.0, 0.8), (0.0, 0.0), (0.5, -0.2)), ((0.25, -0.4), (0.6, -0.25), (0.4, 0.1))),
)


def diamond(rng: Rng) -> Picture:
    """An orange diamond; fluorescent ones are redder and brighter."""
    bright = rng.random() < 0.65
    ground = hue(rng, (10, 22), (0.78, 0.95), (0.92, 1.0)) if bright else orange(rng)
    return diamond_of(rng, ground)


def diamond_of(rng: Rng, ground: Colour) -> Picture:
    """A diamond of that colour with a black border line and a legend."""
    picture = np.zeros((SIZE, SIZE, 4), np.uint8)
    _square_on_corner(picture, 1, bytes_of(ground))
    _square_on_corner(picture, 9, _INK)
    _square_on_corner(picture, 9 + int(rng.integers(5, 9)), bytes_of(ground))
    legend = rng.random()
    if legend < 0.5:
        text(picture, str(rng.choice(_TEXTS)), (0.2, 0.27, 0.8, 0.73), _INK)
    else:
        _pictogram(picture, rng, (0.5, 0.5), 0.27)
    return picture


def plate(rng: Rng) -> Picture:
    """An orange rectangle or square with lines of text or an arrow."""
    wide = float(rng.choice([0.55, 0.75, 1.0, 1.3]))
    picture = np.zeros((int(SIZE * min(wide, 1.0)), int(SIZE / max(wide, 1.0)), 4), np.uint8)
    ground = bytes_of(orange(rng))
    h, w = picture.shape[:2]
    picture[:] = ground
    cv2.rectangle(picture, (5, 5), (w - 6, h - 6), _INK, int(rng.integers(3, 6)))
    if rng.random() < 0.25:
        cv2.rectangle(picture, (8, h // 3), (w - 9, h - 9), bytes_of(white(rng)), -1)
    if rng.random() < 0.3:
        _arrow(picture, bool(rng.random() < 0.5))
    else:
        text(picture, str(rng.choice(_PLATES)), (0.1, 0.14, 0.9, 0.86), _INK)
    return picture


def triangle(rng: Rng) -> Picture:
    """The European warning triangle: red rim, white or yellow ground, a worker or lanes."""
    picture = np.zeros((int(SIZE * 0.88), SIZE, 4), np.uint8)
    h, w = picture.shape[:2]
    ground = white(rng) if rng.random() < 0.6 else yellow(rng)
    rim = int(rng.integers(24, 38))
    for inset, fill in ((2, red(rng)), (rim, ground)):
        corners = [[w / 2, inset * 1.4], [w - inset * 1.35, h - inset * 0.75]]
        corners.append([inset * 1.35, h - inset * 0.75])
        cv2.fillPoly(picture, [np.array(corners).astype(np.int32)], bytes_of(fill), cv2.LINE_AA)
    _pictogram(picture, rng, (0.5, 0.66), 0.2, worker_share=0.75)
    return picture


def diversion(rng: Rng) -> Picture:
    """A European yellow plate: a black arrow and a word, or a plan of lanes."""
    tall = float(rng.choice([0.4, 1.25]))
    picture = np.zeros((int(SIZE * min(tall, 1)), int(SIZE * min(1 / tall, 1)), 4), np.uint8)
    picture[:] = bytes_of(hue(rng, (38, 50), (0.75, 0.95), (0.8, 1.0)))
    h, w = picture.shape[:2]
    cv2.rectangle(picture, (4, 4), (w - 5, h - 5), _INK, 4)
    if tall < 1:
        _arrow(picture, bool(rng.random() < 0.5))
    else:
        _strokes(picture, _LINES[int(rng.integers(3))], (0.5, 0.5), 0.36 * w, 14)
    return picture


def aged(picture: Picture, rng: Rng) -> Picture:
    """The face bleached, in a few cases partly covered by cloth or tape."""
    colours = picture[..., :3].astype(np.float32)
    bleach = float(rng.uniform(0, 0.45) ** 1.5)
    colours += (colours.mean(axis=2, keepdims=True) + 20 - colours) * bleach
    picture[..., :3] = np.clip(colours * rng.uniform(0.88, 1.0), 0, 255)
    if rng.random() < 0.07:
        h, w = picture.shape[:2]
        cover = np.zeros_like(picture)
        slope, at = int(rng.integers(-60, 60)), int(rng.integers(int(h * 0.2), int(h * 0.7)))
        corners = np.array([[0, at], [w, at + slope], [w, at + 90], [0, at + 90 - slope]])
        tone = bytes_of(hue(rng, (20, 50), (0.0, 0.3), (0.05, 0.6)))
        cv2.fillPoly(cover, [corners], tone, cv2.LINE_AA)
        hidden = (cover[..., 3] > 0) & (picture[..., 3] > 0)
        picture[hidden] = cover[hidden]
    return picture


def _square_on_corner(picture: Picture, inset: int, fill: _Paint) -> None:
    c, reach = SIZE // 2, SIZE // 2 - inset
    corners = np.array([[c, c - reach], [c + reach, c], [c, c + reach], [c - reach, c]])
    cv2.fillPoly(picture, [corners], fill, cv2.LINE_AA)


def text(
    picture: Picture, words: str, area: tuple[float, float, float, float], ink: _Paint
) -> None:
    """Lines (parted by /) that fill an area (left, top, right, bottom; shares) of the picture."""
    h, w = picture.shape[:2]
    lines = words.split("/")
    room = (area[2] - area[0]) * w, (area[3] - area[1]) * h / len(lines)
    font = cv2.FONT_HERSHEY_SIMPLEX
    sizes = [cv2.getTextSize(line, font, 1.0, 3)[0] for line in lines]
    scale = min(*(room[0] / width for width, _ in sizes), room[1] * 0.72 / sizes[0][1])
    thick = max(round(scale * 4.5), 2)
    for i, (line, (width, height)) in enumerate(zip(lines, sizes, strict=True)):
        x = (area[0] + area[2]) / 2 * w - width * scale / 2
        y = area[1] * h + room[1] * (i + 0.5) + height * scale / 2
        cv2.putText(picture, line, (int(x), int(y)), font, scale, ink, thick, cv2.LINE_AA)


def _pictogram(
    picture: Picture,
    rng: Rng,
    centre: tuple[float, float],
    reach: float,
    *,
    worker_share: float = 0.4,
) -> None:
    """A worker, a flagger or lanes; reach is half its size as a share of the picture's width."""
    size = reach * picture.shape[1]
    thick = max(int(size * rng.uniform(0.16, 0.26)), 2)
    draw = rng.random()
    if draw > worker_share + 0.15:
        _strokes(picture, _LINES[int(rng.integers(len(_LINES)))], centre, size, thick)
        return
    _strokes(picture, _WORKER if draw < worker_share else _FLAGGER, centre, size, thick)
    x, y = centre[0] * picture.shape[1], centre[1] * picture.shape[0]
    cv2.circle(picture, (int(x - 0.1 * size), int(y - 0.72 * size)), int(size * 0.17), _INK, -1)
    if draw < worker_share:
        heap = np.array([[0.2, 0.8], [0.45, 0.4], [0.65, 0.35], [0.95, 0.8]]) * size + (x, y)
        cv2.fillPoly(picture, [heap.astype(np.int32)], _INK, cv2.LINE_AA)


def _strokes(
    picture: Picture,
    lines: tuple[tuple[tuple[float, float], ...], ...],
    centre: tuple[float, float],
    size: float,
    thick: int,
) -> None:
    middle = (centre[0] * picture.shape[1], centre[1] * picture.shape[0])
    for line in lines:
        points = (np.array(line) * size + middle).astype(np.int32)
        cv2.polylines(picture, [points], False, _INK, thick, cv2.LINE_AA)


def _arrow(picture: Picture, to_left: bool) -> None:
    h, w = picture.shape[:2]
    half = [[-0.8, 0.12], [0.2, 0.12], [0.2, 0.4], [0.85, 0.0]]
    shape = np.array([*half, *([x, -y] for x, y in half[2::-1])])
    if to_left:
        shape[:, 0] *= -1
    corners = shape * (w * 0.45, min(h, w) * 0.6) + (w / 2, h / 2)
    cv2.fillPoly(picture, [corners.astype(np.int32)], _INK, cv2.LINE_AA)
