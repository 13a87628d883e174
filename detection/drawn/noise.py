"""Fractal noise that repeats without a seam."""

import cv2
import numpy as np

from detection.render.street import Floats32, sampled

_TILE = 512


def noise_tile(rng: np.random.Generator, *octaves: tuple[int, float]) -> Floats32:
    """A square tile of noise around 0: (cells a side, a power of two; strength) each."""
    total = np.zeros((_TILE, _TILE), np.float32)
    for cells, strength in octaves:
        small = np.pad(rng.standard_normal((cells, cells), np.float32), 2, mode="wrap")
        step = _TILE // cells
        big = cv2.resize(small, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
        total += big[2 * step : 2 * step + _TILE, 2 * step : 2 * step + _TILE] * strength
    return total


def read_tile(tile: Floats32, x_m: Floats32, y_m: Floats32, size_m: float) -> Floats32:
    """A tile that measures size_m, read at places."""
    turns_x, turns_y = x_m / np.float32(size_m), y_m / np.float32(size_m)
    return sampled(
        tile,
        (turns_x - np.floor(turns_x)) * np.float32(_TILE - 1),
        (turns_y - np.floor(turns_y)) * np.float32(_TILE - 1),
    )
