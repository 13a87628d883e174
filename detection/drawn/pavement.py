"""The ground of a drawn highway: pavement with its wear and markings, and verges."""

from dataclasses import dataclass

import numpy as np

from detection.drawn.noise import noise_tile, read_tile
from detection.drawn.road import Road
from detection.render.street import Floats32

_VERGES = (
    (0.24, 0.33, 0.14), (0.33, 0.40, 0.20), (0.45, 0.43, 0.25), (0.55, 0.48, 0.31),
    (0.20, 0.25, 0.12), (0.62, 0.53, 0.40), (0.50, 0.50, 0.48), (0.80, 0.81, 0.83),
)  # fmt: skip
_YELLOW = np.array((0.86, 0.66, 0.16), np.float32)
_WHITE = np.array((0.88, 0.88, 0.86), np.float32)
_DASH_M, _DASHES_M = 3.05, 12.2
_SLAB_M = 4.6


@dataclass(frozen=True)
class Surface:
    """Where the pixels meet the ground, (h, w) each.

    lateral, north: metres right of the bent road's middle and ahead. pixel_m: width of a pixel.
    """

    lateral: Floats32
    north: Floats32
    pixel_m: Floats32

    def sharp(self, size_m: float) -> Floats32:
        """How well details of a size are resolved, 0..1."""
        return np.asarray(np.clip(np.float32(size_m) / self.pixel_m, 0, 1))


def verge(at: Surface, rng: np.random.Generator) -> Floats32:
    """Grass, earth or snow (h, w, 3)."""
    base, other = np.array(_VERGES, np.float32)[rng.integers(len(_VERGES), size=2)]
    tile = noise_tile(rng, (8, 0.5), (16, 0.4), (64, 0.4), (128, 0.3))
    broad = read_tile(tile, at.lateral * 3, at.north, 120.0)
    fine = read_tile(tile, at.lateral, at.north, 9.0) * at.sharp(0.05)
    mix = np.clip(0.3 + 0.4 * broad, 0, 1)[..., None] * np.float32(rng.uniform(0.1, 0.5))
    rough = 1 + np.float32(0.12) * broad + np.float32(0.25) * fine
    return np.asarray((base + (other - base) * mix) * rough[..., None])


def pavement(at: Surface, road: Road, rng: np.random.Generator) -> Floats32:
    """Asphalt or concrete (h, w, 3) with its markings."""
    concrete = rng.random() < 0.35
    tone = float(rng.uniform(0.45, 0.72) if concrete else rng.uniform(0.2, 0.5))
    warm = float(rng.normal(0, 0.03))
    grain = _grain(at, rng) + _wear(at, road, rng)
    if concrete:
        gap = np.abs(np.mod(at.north, _SLAB_M) - _SLAB_M / 2)
        joint = np.clip((0.03 - gap) / at.pixel_m**1.2 + 0.5, 0, 1) * (at.pixel_m < 0.2)
        grain -= np.float32(0.25) * joint
    if rng.random() < 0.4:
        grain -= _cracks(at, rng)
    for _ in range(int(rng.integers(0, 5))):
        grain += _patch(at, road, rng)
    colour = np.array([tone * (1 + warm), tone, tone * (1 - warm)], np.float32)
    ground = np.asarray(colour * np.maximum(grain, 0.1)[..., None], np.float32)
    _mark(ground, at, road, rng)
    return ground


def _grain(at: Surface, rng: np.random.Generator) -> Floats32:
    tile = noise_tile(rng, (4, 0.4), (16, 0.4), (64, 0.3), (256, 0.5))
    broad = read_tile(tile, at.lateral * 6, at.north, 90.0)
    fine = read_tile(tile, at.lateral, at.north, 3.0) * at.sharp(0.01)
    return 1 + np.float32(rng.uniform(0.02, 0.07)) * broad + np.float32(0.08) * fine


def _wear(at: Surface, road: Road, rng: np.random.Generator) -> Floats32:
    """Wheel tracks, oil in the middle of the lanes, shoulders of another tone."""
    across = np.mod((at.lateral - road.lines_m[0]) / (road.lines_m[1] - road.lines_m[0]), 1)
    tracks = np.exp(-(((across - 0.27) / 0.1) ** 2)) + np.exp(-(((across - 0.73) / 0.1) ** 2))
    oil = np.exp(-(((across - 0.5) / 0.12) ** 2))
    beyond = (at.lateral < road.lines_m[0]) | (at.lateral > road.lines_m[-1])
    tones = rng.normal(0, 0.04), -rng.uniform(0, 0.08), rng.normal(0, 0.06)
    return np.asarray(tracks * tones[0] + oil * tones[1] + beyond * tones[2], np.float32)


def _cracks(at: Surface, rng: np.random.Generator) -> Floats32:
    """Dark lines where a noise passes zero, as sealed cracks are."""
    tile = noise_tile(rng, (8, 0.5), (32, 0.5), (64, 0.4))
    near = np.abs(read_tile(tile, at.lateral * 2, at.north, 30.0))
    line = np.clip(1 - near * np.float32(20), 0, 1)
    return np.asarray(np.float32(rng.uniform(0.15, 0.5)) * line * at.sharp(0.05))


def _patch(at: Surface, road: Road, rng: np.random.Generator) -> Floats32:
    x, y = rng.uniform(road.left_m, road.right_m), rng.uniform(5, 60)
    w, h = rng.uniform(0.4, 2.0), rng.uniform(1, 15)
    inside = (np.abs(at.lateral - x) < w) & (np.abs(at.north - y) < h)
    return np.asarray(inside * np.float32(rng.normal(0, 0.12)))


def _mark(ground: Floats32, at: Surface, road: Road, rng: np.random.Generator) -> None:
    """Lane lines: dashed between lanes, solid at the edges, worn."""
    wear = np.float32(rng.uniform(0.35, 1.0)) if rng.random() < 0.93 else np.float32(0)
    yellow = rng.random() < 0.6
    phase = float(rng.uniform(0, _DASHES_M))
    for i, line in enumerate(road.lines_m):
        half = np.float32(rng.uniform(0.05, 0.08))
        off = np.abs(at.lateral - np.float32(line))
        cover = np.clip((half - off) / at.pixel_m + 0.5, 0, 1) * at.sharp(2 * float(half))
        if 0 < i < len(road.lines_m) - 1:
            cover *= np.mod(at.north + phase, _DASHES_M) < _DASH_M
        colour = _YELLOW if i == 0 and yellow else _WHITE
        ground += (colour - ground) * (cover * wear)[..., None]
