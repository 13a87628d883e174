"""One labelled picture: a road, drawn things on it, and the camera that records them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.drawn.air import breathe, draw_hour, far_ahead
from detection.drawn.backgrounds import PARTS, Ground, Part, Photo, open_photo
from detection.drawn.highway import draw_highway
from detection.drawn.layouts import NEGATIVE, Stand, lay_out
from detection.drawn.lens import expose, warp
from detection.drawn.town import draw_town
from detection.labelled import CLASSES
from detection.render.camera import Camera, Floats, View
from detection.render.canvas import SCENERY, Canvas, Light
from detection.render.shadow import cast
from detection.render.solid import Shape
from detection.render.street import Floats32

LEAST_SHARE = 0.3
LEAST_PX = 6

_PHOTOS = 0.6
_TOWNS = 0.35
_SIZES: dict[Part, tuple[tuple[int, int], ...]] = {
    "train": ((752, 480), (752, 480), (752, 480), (960, 540), (960, 540), (640, 360), (640, 480),
              (640, 640), (1280, 720), (1024, 768)),
    "held_back": ((720, 480), (848, 480), (960, 544), (800, 600), (1024, 576)),
}  # fmt: skip
_NEAREST_M = 3.0
_TRIES = 5


@dataclass(frozen=True)
class Labelled:
    """rgb: (h, w, 3), 0..255. labels: (n, 5) class number, centre and size in shares."""

    rgb: NDArray[np.uint8]
    labels: NDArray[np.float64]


@dataclass(frozen=True)
class _Thing:
    """A thing in the world. number: of its class, None for what has no label. owner: from 1 on."""

    shape: Shape
    number: int | None
    owner: int


def draw_picture(photos: Sequence[Photo], part: Part, seed: int, index: int) -> Labelled:
    """Picture `index` of a set; the same arguments give the same picture."""
    rng = np.random.default_rng([seed, PARTS.index(part), index])
    sizes = _SIZES[part]
    size = sizes[int(rng.integers(len(sizes)))]
    ground, crop, nights = _ground(photos, part, size, rng)
    hour = draw_hour(rng, nights)
    ground, light = breathe(ground, hour, rng)
    things = _staged(ground, crop, rng)
    canvas, whole = _painted(ground, light, things, hour.ambient, rng)
    column, row = warp(crop, size, rng)
    rgb = cv2.remap(canvas.rgb, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    owner = cv2.remap(canvas.owner.astype(np.int16), column, row, cv2.INTER_NEAREST, borderValue=0)
    scale = size[0] * size[1] / (crop[2] * crop[3])
    labels = _drawn_labels(np.asarray(owner), things, whole, scale, canvas.view)
    labels += _carried_labels(ground, column, row, scale)
    return Labelled(expose(np.asarray(rgb), hour.ambient < 0.3, rng), _shares(labels, size))


def _ground(
    photos: Sequence[Photo], part: Part, size: tuple[int, int], rng: np.random.Generator
) -> tuple[Ground, tuple[float, float, float, float], float]:
    """What is drawn on, the part of it that is shown, and how often it is night there."""
    if photos and rng.random() < _PHOTOS:
        weights = np.array([photo.weight for photo in photos])
        chosen = photos[int(rng.choice(len(photos), p=weights / weights.sum()))]
        ground = open_photo(chosen, rng)
        crop = _crop(ground, size, rng)
        shrink = size[0] / crop[2]
        if shrink < 0.85:
            ground = _resized(ground, shrink)
            crop = (crop[0] * shrink, crop[1] * shrink, crop[2] * shrink, crop[3] * shrink)
        return ground, crop, 0.08
    if rng.random() < _TOWNS:
        camera = _camera(part, size, rng)
        whole = (0.0, 0.0, float(size[0]), float(size[1]))
        return draw_town(camera, PARTS.index(part), rng), whole, 0.2
    margin = 1.04
    camera = _camera(part, (round(size[0] * margin), round(size[1] * margin)), rng)
    crop = ((margin - 1) / 2 * size[0], (margin - 1) / 2 * size[1], float(size[0]), float(size[1]))
    return draw_highway(camera, rng), crop, 0.2


def _camera(part: Part, size: tuple[int, int], rng: np.random.Generator) -> Camera:
    """A camera behind some windscreen; the held back part has lenses of its own."""
    bands = ((46, 58), (64, 78), (84, 105)) if part == "train" else ((58, 64), (78, 84))
    low, high = bands[int(rng.choice(len(bands), p=[0.45, 0.4, 0.15] if len(bands) == 3 else None))]
    return Camera(
        hfov_deg=float(rng.uniform(low, high)),
        height_m=float(rng.choice([rng.uniform(1.1, 1.6), rng.uniform(1.6, 2.6)], p=[0.75, 0.25])),
        pitch_deg=float(rng.normal(1.0, 3.0)),
        yaw_deg=float(rng.normal(0, 3.0)),
        roll_deg=float(rng.normal(0, 0.6)),
        width_px=size[0],
        height_px=size[1],
    )


def _crop(
    ground: Ground, size: tuple[int, int], rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Left, top, width and height of a part that keeps the road's far end in its middle."""
    width, height = ground.rgb.shape[1], ground.bottom_px
    ratio = size[0] / size[1]
    wide = min(width, height * ratio) * float(rng.uniform(0.62, 1.0))
    tall = wide / ratio
    (vanishing,), _ = ground.view.project(far_ahead(ground.view))
    left = vanishing[0] - wide * rng.uniform(0.3, 0.7)
    top = vanishing[1] - tall * rng.uniform(0.3, 0.62)
    left, top = np.clip(left, 0, width - wide), np.clip(top, 0, height - tall)
    return float(left), float(top), wide, tall


def _resized(ground: Ground, share: float) -> Ground:
    height, width = ground.rgb.shape[:2]
    size = (round(width * share), round(height * share))
    camera = replace(ground.view.camera, width_px=size[0], height_px=size[1])
    labels = ground.labels.copy()
    labels[:, 1:] *= share
    return Ground(
        np.asarray(cv2.resize(ground.rgb, size, interpolation=cv2.INTER_AREA), np.float32),
        replace(ground.view, camera=camera), ground.road, round(ground.bottom_px * share),
        ground.sun, labels,
    )  # fmt: skip


def _staged(
    ground: Ground, crop: tuple[float, float, float, float], rng: np.random.Generator
) -> list[_Thing]:
    """The things of a layout; another one is tried where the picture would miss its hazards."""
    things: list[_Thing] = []
    for _ in range(_TRIES):
        things = _things(lay_out(ground.road, rng), ground)
        hazards = [thing.shape for thing in things if thing.number is not None]
        if not hazards or any(_shown(ground.view, shape, crop) for shape in hazards):
            break
    return things


def _shown(view: View, shape: Shape, crop: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a thing is in the shown part, and large enough for a label."""
    bounds = _bounds(view, shape)
    if bounds is None or bounds[3] - bounds[1] < 1.5 * LEAST_PX:
        return False
    x, y = (bounds[:2] + bounds[2:]) / 2
    return bool(0 < x - crop[0] < crop[2] and 0 < y - crop[1] < crop[3])


def _things(stands: Sequence[Stand], ground: Ground) -> list[_Thing]:
    """Everything in the world, from far to near, with owners from 1 on."""
    placed = [
        (
            stand.kind,
            stand.shape.placed(*ground.place(stand.right_m, stand.ahead_m), stand.turn_deg),
        )
        for stand in stands
        if stand.ahead_m >= _NEAREST_M
    ]
    free = [(kind, shape) for kind, shape in placed if _free(shape, ground)]
    free += [(NEGATIVE, shape) for shape in ground.scenery]
    lens = ground.view.position[:2]
    far_first = sorted(free, key=lambda pair: -_distance(pair[1], lens))
    return [
        _Thing(shape, CLASSES.index(kind) if kind in CLASSES else None, owner)
        for owner, (kind, shape) in enumerate(far_first, start=1)
    ]


def _distance(shape: Shape, lens: Floats) -> float:
    """Metres from the lens to the middle of a thing, on the ground."""
    low, high = shape.points[:, :2].min(axis=0), shape.points[:, :2].max(axis=0)
    return float(np.hypot(*((low + high) / 2 - lens)))


def _bounds(view: View, shape: Shape) -> Floats | None:
    """Left, top, right and bottom of a thing's corners, pixels; None beside or behind the lens."""
    pixels, depth = view.project(shape.points)
    if depth.min() <= 0.5:
        return None
    return np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])


def _free(shape: Shape, ground: Ground) -> bool:
    """Whether a thing covers nothing that the photograph has labels of."""
    bounds = _bounds(ground.view, shape)
    if bounds is None:
        return False
    left, top, right, bottom = ground.labels[:, 1:].T if len(ground.labels) else np.empty((4, 0))
    beside = (bounds[2] < left) | (bounds[0] > right) | (bounds[3] < top) | (bounds[1] > bottom)
    return bool(beside.all())


def _painted(
    ground: Ground,
    light: Light,
    things: Sequence[_Thing],
    ambient: float,
    rng: np.random.Generator,
) -> tuple[Canvas, dict[int, int]]:
    """The picture with all things, as soft and as noisy as it was before; pixels of each thing."""
    canvas = Canvas(ground.view, light, ground.rgb.copy())
    in_sun = [float(rng.random() < 0.85) for _ in things]
    for thing, lit in zip(things, in_sun, strict=True):
        if ambient > 0.3:
            cast(canvas, thing.shape, lit * ground.sun)
    whole = {}
    for thing, lit in zip(things, in_sun, strict=True):
        whole[thing.owner] = canvas.paint(thing.shape, owner=thing.owner, in_sun=lit)
    _settle(canvas, ground.rgb, rng)
    bonnet = slice(ground.bottom_px, None)
    canvas.rgb[bonnet], canvas.owner[bonnet] = ground.rgb[bonnet], 0
    return canvas, whole


def _settle(canvas: Canvas, before: Floats32, rng: np.random.Generator) -> None:
    """Give what was drawn the blur, the noise and the blacks of the picture it stands in."""
    drawn = (canvas.owner != SCENERY).astype(np.uint8)
    left, top, wide, tall = cv2.boundingRect(drawn)
    if not wide:
        return
    part = slice(max(top - 4, 0), top + tall + 4), slice(max(left - 4, 0), left + wide + 4)
    mask = cv2.dilate(drawn[part], np.ones((5, 5), np.uint8)).astype(np.float32)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.7)[..., None]
    sigma = float(rng.uniform(0.35, 0.8))
    some = np.ascontiguousarray(before[::3, ::3, 1])
    black = float(np.percentile(some, 0.5)) * 0.8
    soft: Floats32 = np.asarray(cv2.GaussianBlur(canvas.rgb[part], (0, 0), sigma), np.float32)
    soft = np.asarray(soft * np.float32(1 - black) + np.float32(black), np.float32)
    fine = before[1::2, ::2, 1] - before[::2, ::2, 1][: len(before[1::2])]
    noise = min(float(np.median(np.abs(fine))), 0.015)
    soft += rng.standard_normal(soft.shape[:2], np.float32)[..., None] * np.float32(noise)
    canvas.rgb[part] += (soft - canvas.rgb[part]) * mask


def _drawn_labels(
    owner: NDArray[np.integer[Any]],
    things: Sequence[_Thing],
    whole: dict[int, int],
    scale: float,
    view: View,
) -> list[tuple[int, float, float, float, float]]:
    """Class and visible extent in pixels of all that is seen well enough."""
    labels = []
    for thing in things:
        if thing.number is None or not whole[thing.owner]:
            continue
        mask = owner == thing.owner
        box = _extent(mask)
        bounds = _bounds(view, thing.shape)
        if box is None or bounds is None:
            continue
        left, top, right, bottom = box
        seen = np.count_nonzero(mask) / (whole[thing.owner] * scale)
        within = (
            (right - left)
            * (bottom - top)
            / max(float(np.prod(bounds[2:] - bounds[:2])) * scale, 1)
        )
        if min(seen, within) >= LEAST_SHARE and bottom - top >= LEAST_PX:
            labels.append((thing.number, left, top, right, bottom))
    return labels


def _carried_labels(
    ground: Ground, column: Floats32, row: Floats32, scale: float
) -> list[tuple[int, float, float, float, float]]:
    """The photograph's own labels, as far as they are shown."""
    labels = []
    for number, left, top, right, bottom in ground.labels:
        mask = (column >= left) & (column < right) & (row >= top) & (row < bottom)
        box = _extent(mask)
        if box is None:
            continue
        share = np.count_nonzero(mask) / max((right - left) * (bottom - top) * scale, 1.0)
        if share >= LEAST_SHARE and box[3] - box[1] >= LEAST_PX:
            labels.append((int(number), *box))
    return labels


def _extent(mask: NDArray[np.bool_]) -> tuple[float, float, float, float] | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _shares(
    labels: Sequence[tuple[int, float, float, float, float]], size: tuple[int, int]
) -> NDArray[np.float64]:
    number, left, top, right, bottom = np.array(labels, np.float64).reshape(-1, 5).T
    width, height = size
    return np.column_stack(
        [number, (left + right) / 2 / width, (top + bottom) / 2 / height, (right - left) / width,
         (bottom - top) / height]
    )  # fmt: skip
