"""Road work signs: the US orange diamond and the European red triangle."""

import cv2
import numpy as np

from detection.render.solid import Picture, Shape, box, pyramid, trimmed, upright

_SIZE = 320
_BLACK = (12.0, 12.0, 12.0, 255.0)


def roadwork_sign(rng: np.random.Generator) -> Shape:
    """A sign of 0.9 to 1.2 m on a post or a low stand, its top at 1.5 to 2.6 m."""
    diamond = bool(rng.random() < 0.5)
    side = float(rng.uniform(0.9, 1.2))
    picture = _diamond() if diamond else _triangle(bool(rng.random() < 0.5))
    width = side * (1.3 if diamond else 1.0)
    height = width if diamond else width * 0.88
    bottom = float(rng.choice([0.3, 1.2]))
    back = 0.0 if diamond else 0.02
    post = box((0.06, 0.06, bottom + height * 0.8), (0, 0.05 + back, 0), (0.45, 0.46, 0.47))
    feet = [
        box((0.05, 0.9, 0.05), (x, 0.05, 0), (0.3, 0.3, 0.3), turn_deg=x * 60) for x in (-0.2, 0.2)
    ]
    return Shape((*feet, post), (upright(width, height, bottom, pyramid(trimmed(picture))),))


def _diamond() -> Picture:
    picture = np.zeros((_SIZE, _SIZE, 4), np.uint8)
    c = _SIZE / 2
    for reach, fill in ((c - 2, _BLACK), (c - 9, (250.0, 122.0, 22.0, 255.0))):
        corners = np.array([[c, c - reach], [c + reach, c], [c, c + reach], [c - reach, c]])
        cv2.fillPoly(picture, [corners.astype(np.int32)], fill, cv2.LINE_AA)
    _worker(picture, (0.5, 0.50), 0.52)
    return picture


def _triangle(yellow: bool) -> Picture:
    picture = np.zeros((int(_SIZE * 0.88), _SIZE, 4), np.uint8)
    h, w = picture.shape[:2]
    ground = (250.0, 205.0, 20.0, 255.0) if yellow else (240.0, 240.0, 238.0, 255.0)
    for inset, fill in ((2, (200.0, 20.0, 28.0, 255.0)), (34, ground)):
        corners = [
            [w / 2, inset * 1.4],
            [w - inset * 1.35, h - inset * 0.75],
            [inset * 1.35, h - inset * 0.75],
        ]
        cv2.fillPoly(picture, [np.array(corners).astype(np.int32)], fill, cv2.LINE_AA)
    _worker(picture, (0.5, 0.64), 0.40)
    return picture


def _worker(picture: Picture, centre: tuple[float, float], scale: float) -> None:
    """A person who shovels a heap, in black."""
    h, w = picture.shape[:2]
    size = scale * w

    def at(x: float, y: float) -> tuple[int, int]:
        return int(centre[0] * w + x * size), int(centre[1] * h + y * size)

    thick = max(int(size * 0.09), 2)
    cv2.circle(picture, at(-0.10, -0.42), int(size * 0.085), _BLACK, -1, cv2.LINE_AA)
    for limb in (
        [(-0.14, -0.28), (-0.20, 0.02)],
        [(-0.20, 0.02), (-0.08, 0.20), (-0.14, 0.44)],
        [(-0.20, 0.02), (-0.32, 0.20), (-0.36, 0.44)],
        [(-0.12, -0.24), (0.06, -0.08), (0.16, 0.02)],
    ):
        line = np.array([at(*p) for p in limb], np.int32)
        cv2.polylines(picture, [line], False, _BLACK, thick, cv2.LINE_AA)
    cv2.line(picture, at(-0.16, -0.10), at(0.30, 0.28), _BLACK, max(thick // 2, 1), cv2.LINE_AA)
    heap = np.array([at(0.10, 0.46), at(0.24, 0.26), at(0.34, 0.22), at(0.50, 0.46)], np.int32)
    cv2.fillPoly(picture, [heap], _BLACK, cv2.LINE_AA)
