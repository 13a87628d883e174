"""Things brought before a camera and painted, so that they look as if they had been there."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from detection.drawn.backgrounds import Ground
from detection.drawn.crop import Crop
from detection.drawn.extents import LEAST_PX, bounds
from detection.drawn.layouts import NEGATIVE, Stand, lay_out
from detection.labelled import CLASSES
from detection.render.camera import Floats, View
from detection.render.canvas import SCENERY, Canvas, Light
from detection.render.shadow import cast
from detection.render.solid import Shape
from detection.render.street import Floats32

_NEAREST_M = 3.0
_LEAST_CONTRAST = 0.02
_TRIES = 5


@dataclass(frozen=True)
class Thing:
    """A thing in the world. number: of its class, None for what has no label. owner: from 1 on."""

    shape: Shape
    number: int | None
    owner: int


def stage(ground: Ground, crop: Crop, rng: np.random.Generator, lone: float) -> list[Thing]:
    """The things of a layout; another one is tried where the picture would miss its hazards."""
    things: list[Thing] = []
    for _ in range(_TRIES):
        things = _things(lay_out(ground.road, rng, lone=lone), ground)
        hazards = [thing.shape for thing in things if thing.number is not None]
        if not hazards or any(_shown(ground.view, shape, crop) for shape in hazards):
            break
    return things


def _shown(view: View, shape: Shape, crop: Crop) -> bool:
    """Whether the middle of a thing is in the shown part, and large enough for a label."""
    extent = bounds(view, shape)
    if extent is None or extent[3] - extent[1] < 1.5 * LEAST_PX:
        return False
    x, y = (extent[:2] + extent[2:]) / 2
    return bool(0 < x - crop.left < crop.width and 0 < y - crop.top < crop.height)


def _things(stands: Sequence[Stand], ground: Ground) -> list[Thing]:
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
        Thing(shape, CLASSES.index(kind) if kind in CLASSES else None, owner)
        for owner, (kind, shape) in enumerate(far_first, start=1)
    ]


def _distance(shape: Shape, lens: Floats) -> float:
    """Metres from the lens to the middle of a thing, on the ground."""
    low, high = shape.points[:, :2].min(axis=0), shape.points[:, :2].max(axis=0)
    return float(np.hypot(*((low + high) / 2 - lens)))


def _free(shape: Shape, ground: Ground) -> bool:
    """Whether a thing covers nothing that the photograph has labels of."""
    extent = bounds(ground.view, shape)
    if extent is None:
        return False
    left, top, right, bottom = ground.labels[:, 1:].T if len(ground.labels) else np.empty((4, 0))
    beside = (extent[2] < left) | (extent[0] > right) | (extent[3] < top) | (extent[1] > bottom)
    return bool(beside.all())


def paint(
    ground: Ground,
    light: Light,
    things: Sequence[Thing],
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


def stands_out(canvas: Canvas, before: Floats32, owner: int) -> bool:
    """Whether a thing differs from what it hides; at night some do not."""
    mask = canvas.owner == owner
    change = np.abs(canvas.rgb[mask] - before[mask])
    return bool(change.size and change.mean() >= _LEAST_CONTRAST)


def _settle(canvas: Canvas, before: Floats32, rng: np.random.Generator) -> None:
    """Give what was drawn the blur, the noise and the blacks of the picture it stands in."""
    drawn = (canvas.owner != SCENERY).astype(np.uint8)
    left, top, wide, tall = cv2.boundingRect(drawn)
    if not wide:
        return
    part = slice(max(top - 4, 0), top + tall + 4), slice(max(left - 4, 0), left + wide + 4)
    near = cv2.dilate(drawn[part], np.ones((5, 5), np.uint8)).astype(np.float32)
    mask = cv2.GaussianBlur(near, (0, 0), 0.7)[..., None]
    sigma = float(rng.uniform(0.35, 0.8))
    some = np.ascontiguousarray(before[::3, ::3, 1])
    black = float(np.percentile(some, 0.5)) * 0.8
    blurred = cv2.GaussianBlur(canvas.rgb[part], (0, 0), sigma)
    soft: Floats32 = np.asarray(blurred, np.float32)
    soft = np.asarray(np.float32(black) + soft * np.float32(1 - black))
    fine = before[1::2, ::2, 1] - before[::2, ::2, 1][: len(before[1::2])]
    noise = min(float(np.median(np.abs(fine))), 0.015)
    grain = rng.standard_normal(soft.shape[:2], np.float32)[..., None] * np.float32(noise)
    canvas.rgb[part] += (soft + grain - canvas.rgb[part]) * mask
