"""Potholes: a relief that light falls into, seen in the plane of the road."""

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.render.camera import Floats
from detection.render.objects.bodies import Rng, lying
from detection.render.solid import Shape, trimmed

_SIZE = 128
_EDGE = 0.72  # share of the picture's half that the hole's mean radius takes
_ASPHALT = np.array([0.42, 0.41, 0.40])

Field = NDArray[np.float64]


def pothole(rng: Rng) -> Shape:
    """A hole of 0.4 to 1.4 m: a crumbled rim, a dark wall, gravel or water at its bottom."""
    return _hole(rng, dull=False)


def dull_pothole(rng: Rng) -> Shape:
    """A shallow hole in older asphalt, of nearly the road's tone."""
    return _hole(rng, dull=True)


def _hole(rng: Rng, *, dull: bool) -> Shape:
    across, along = float(rng.uniform(0.4, 1.4)), float(rng.uniform(0.4, 1.3))
    return lying(trimmed(_picture(rng, dull)), across, along)


def _picture(rng: Rng, dull: bool) -> NDArray[np.uint8]:
    depth = _depth(rng)
    wall = float(rng.uniform(0.08, 0.2))
    sunk = np.clip(depth / wall, 0, 1)
    gravel = 1 + np.clip(0.15 * _noise(rng, 48) + 0.13 * _noise(rng, 12), -0.5, 0.5)
    tone = _floor(rng, dull) * gravel[..., None]
    # The wall towards the light lies in the dark, the one across from it is lit.
    azimuth = float(rng.uniform(0, 2 * np.pi))
    down, right = np.gradient(cv2.GaussianBlur(sunk, (0, 0), 2.0))
    slope = np.clip((right * np.cos(azimuth) + down * np.sin(azimuth)) * 9, -1, 1)
    depth_dark = 0.35 if dull else 0.65
    light = 1 - depth_dark * np.clip(-slope, 0, 1) + 0.35 * np.clip(slope, 0, 1)
    light *= 1 - (0.12 if dull else 0.3) * np.exp(-(((depth - wall / 2) / wall) ** 2))
    tone = tone * light[..., None]
    if rng.random() < 0.25:
        water = (depth > float(rng.uniform(0.15, 0.35)))[..., None]
        sky = np.array([0.42, 0.46, 0.5]) * rng.uniform(0.5, 1.3)
        tone = np.where(water, sky * (1 + 0.04 * _noise(rng, 6)[..., None]), tone)
    rim = np.exp(-((depth / 0.05) ** 2)) * (depth <= 0)
    rim_tone = _ASPHALT * rng.uniform(0.7, 1.5)
    crumbs = (_noise(rng, 64) > 1.5) & (depth < 0) & (depth > -float(rng.uniform(0.05, 0.35)))
    alpha = np.where(depth > 0, 0.96, np.maximum(0.45 * rim, 0.42 * crumbs))
    colour = np.where((depth > 0)[..., None], tone, rim_tone)
    colour = np.where(crumbs[..., None], _ASPHALT * 1.25, colour)
    return np.asarray(np.clip(np.dstack([colour, alpha]), 0, 1) * 255, np.uint8)


def _depth(rng: Rng) -> Field:
    """Above 0 within the hole: an oval with bays, not symmetrical, its edge crumbled."""
    y, x = np.mgrid[-1 : 1 : _SIZE * 1j, -1 : 1 : _SIZE * 1j]
    bays = 0.17 * _noise(rng, 3) + 0.08 * _noise(rng, 7) + 0.035 * _noise(rng, 26)
    inside = _EDGE - np.hypot(x, y) + np.clip(bays, -0.4, 0.22)
    # Nothing reaches the border of the picture.
    return np.asarray(np.minimum(inside, 0.93 - np.maximum(abs(x), abs(y))))


def _floor(rng: Rng, dull: bool) -> Floats:
    """Dark gravel, brown earth or, in a dull one, worn asphalt."""
    level = float(rng.uniform(0.2, 0.38) if dull else rng.uniform(0.1, 0.3))
    earth = float(rng.choice([0.0, rng.uniform(0.05, 0.3)]))
    return np.array([level * (1 + earth), level, level * (1 - earth)])


def _noise(rng: Rng, cells: int) -> Field:
    """Smooth noise of so many cells across, standard deviation about 1."""
    grid = rng.standard_normal((cells, cells)).astype(np.float32)
    wide = np.asarray(cv2.resize(grid, (_SIZE, _SIZE), interpolation=cv2.INTER_CUBIC), np.float64)
    return wide / max(float(wide.std()), 1e-6)
