"""One labelled picture: a road, drawn things on it, and the camera that records them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.drawn.air import breathe, draw_hour, far_ahead
from detection.drawn.backgrounds import PARTS, Ground, Part, Photo, open_photo
from detection.drawn.crop import Crop
from detection.drawn.extents import bounds, carried_boxes, in_shares, seen_box
from detection.drawn.highway import draw_highway
from detection.drawn.layouts import LONE
from detection.drawn.lens import expose, warp
from detection.drawn.staging import paint, stage, stands_out
from detection.drawn.town import draw_town
from detection.render.camera import Camera

_PHOTOS = 0.6
_TOWNS = 0.35
_SIZES: dict[Part, tuple[tuple[int, int], ...]] = {
    "train": ((752, 480), (752, 480), (752, 480), (960, 540), (960, 540), (640, 360), (640, 480),
              (640, 640), (1280, 720), (1024, 768)),
    "held_back": ((720, 480), (848, 480), (960, 544), (800, 600), (1024, 576)),
}  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """rgb: (h, w, 3), 0..255. labels: (n, 5) class number, centre and size in shares.

    place: name of the road, "" where no other picture shows it.
    """

    rgb: NDArray[np.uint8]
    labels: NDArray[np.float64]
    place: str


def draw_picture(
    photos: Sequence[Photo], part: Part, seed: int, index: int, *, lone: float = LONE
) -> Labelled:
    """Picture `index` of a set; the same arguments give the same picture.

    lone: see `lay_out`.
    """
    rng = np.random.default_rng([seed, PARTS.index(part), index])
    sizes = _SIZES[part]
    size = sizes[int(rng.integers(len(sizes)))]
    ground, crop, nights = _ground(photos, part, size, rng)
    hour = draw_hour(rng, nights)
    ground, light = breathe(ground, hour, rng)
    things = stage(ground, crop, rng, lone)
    canvas, painted = paint(ground, light, things, hour.ambient, rng)
    column, row = warp(crop, size, rng)
    rgb = cv2.remap(canvas.rgb, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    owner = cv2.remap(canvas.owner.astype(np.int16), column, row, cv2.INTER_NEAREST, borderValue=0)
    scale = size[0] * size[1] / (crop.width * crop.height)
    boxes = carried_boxes(ground.labels, column, row, scale)
    for thing in things:
        extent = bounds(canvas.view, thing.shape)
        if thing.number is None or extent is None:
            continue
        pixels = painted[thing.owner] * scale
        box = seen_box(np.asarray(owner), thing.owner, pixels, extent, crop)
        if box is not None and stands_out(canvas, ground.rgb, thing.owner):
            boxes.append((thing.number, box))
    rgb = expose(np.asarray(rgb), hour.ambient < 0.3, rng)
    return Labelled(rgb, in_shares(boxes, size), ground.name)


def _ground(
    photos: Sequence[Photo], part: Part, size: tuple[int, int], rng: np.random.Generator
) -> tuple[Ground, Crop, float]:
    """What is drawn on, the part of it that is shown, and how often it is night there."""
    if photos and rng.random() < _PHOTOS:
        weights = np.array([photo.weight for photo in photos])
        chosen = photos[int(rng.choice(len(photos), p=weights / weights.sum()))]
        ground = open_photo(chosen, rng)
        crop = _crop(ground, size, rng)
        shrink = size[0] / crop.width
        if shrink < 0.85:
            ground = _resized(ground, shrink)
            crop = crop.scaled(shrink)
        return ground, crop, 0.14
    if rng.random() < _TOWNS:
        camera = _camera(part, size, rng)
        whole = Crop(0.0, 0.0, float(size[0]), float(size[1]))
        return draw_town(camera, PARTS.index(part), rng), whole, 0.2
    margin = 1.04
    camera = _camera(part, (round(size[0] * margin), round(size[1] * margin)), rng)
    border = (margin - 1) / 2
    crop = Crop(border * size[0], border * size[1], float(size[0]), float(size[1]))
    return draw_highway(camera, rng), crop, 0.24


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


def _crop(ground: Ground, size: tuple[int, int], rng: np.random.Generator) -> Crop:
    """Left, top, width and height of a part that keeps the road's far end in its middle."""
    width, height = ground.rgb.shape[1], ground.bottom_px
    ratio = size[0] / size[1]
    wide = min(width, height * ratio) * float(rng.uniform(0.62, 1.0))
    tall = wide / ratio
    (vanishing,), _ = ground.view.project(far_ahead(ground.view))
    left = vanishing[0] - wide * rng.uniform(0.3, 0.7)
    top = vanishing[1] - tall * rng.uniform(0.3, 0.62)
    left, top = np.clip(left, 0, width - wide), np.clip(top, 0, height - tall)
    return Crop(float(left), float(top), wide, tall)


def _resized(ground: Ground, share: float) -> Ground:
    height, width = ground.rgb.shape[:2]
    size = (round(width * share), round(height * share))
    camera = replace(ground.view.camera, width_px=size[0], height_px=size[1])
    labels = ground.labels.copy()
    labels[:, 1:] *= share
    return replace(
        ground,
        rgb=np.asarray(cv2.resize(ground.rgb, size, interpolation=cv2.INTER_AREA), np.float32),
        view=replace(ground.view, camera=camera),
        bottom_px=round(ground.bottom_px * share),
        labels=labels,
    )
