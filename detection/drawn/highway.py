"""Drawn highways: sky, trees or walls beside the road, verges, pavement and its markings.

Every pixel is looked up in the plane it shows: the ground, or an upright curtain beside the road.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from detection.drawn.backgrounds import Ground
from detection.drawn.road import Road
from detection.drawn.traffic import scenery
from detection.render.camera import Camera, View
from detection.render.street import Floats32, sampled

_TILE = 512
_FAR_M = 400.0
_GREENS = ((0.24, 0.33, 0.14), (0.33, 0.40, 0.20), (0.45, 0.43, 0.25), (0.55, 0.48, 0.31),
           (0.20, 0.25, 0.12), (0.62, 0.53, 0.40), (0.50, 0.50, 0.48), (0.80, 0.81, 0.83))  # fmt: skip
_LEAVES = ((0.16, 0.22, 0.10), (0.22, 0.30, 0.13), (0.12, 0.16, 0.10), (0.30, 0.27, 0.17))
_YELLOW = np.array((0.86, 0.66, 0.16), np.float32)
_WHITE = np.array((0.88, 0.88, 0.86), np.float32)


@dataclass(frozen=True)
class _Rays:
    """World directions through every pixel, (h, w) each; up_m: height of the lens."""

    east: Floats32
    north: Floats32
    up: Floats32
    lens_m: float
    focal_px: float


def draw_highway(camera: Camera, rng: np.random.Generator) -> Ground:
    """A road of one to five lanes under some sky."""
    view = View(camera, 0.0, 0.0, 0.0)
    road = _road(rng)
    rays = _rays(view)
    sun = float(rng.choice([0.0, rng.uniform(0.4, 1.0)]))
    haze = np.array([0.84, 0.87, 0.90], np.float32) * np.float32(rng.uniform(0.8, 1.1))
    rgb = _sky(rays, haze, sun, rng)
    for side in (-1, 1):
        _beside(rgb, rays, road, side, haze, rng)
    _ground(rgb, rays, road, haze, rng)
    return Ground(rgb, view, road, camera.height_px, sun, np.empty((0, 5)), scenery(road, rng))


def _road(rng: np.random.Generator) -> Road:
    lane = float(rng.uniform(3.3, 3.75))
    left, right = int(rng.integers(0, 4)), int(rng.integers(0, 3))
    off = float(rng.normal(0, 0.25))
    lines = tuple(lane * (i - 0.5) + off for i in range(-left, right + 2))
    wide = rng.random() < 0.7
    shoulder = rng.uniform(1.0, 3.4, 2) if wide else rng.uniform(0.1, 0.8, 2)
    bend = float(rng.normal(0, 0.0006)) if rng.random() < 0.5 else 0.0
    return Road(lines, lines[0] - float(shoulder[0]), lines[-1] + float(shoulder[1]), bend)


def _rays(view: View) -> _Rays:
    camera = view.camera
    column, row = camera.centre_px
    x = ((np.arange(camera.width_px) - column) / camera.focal_px).astype(np.float32)[None, :]
    y = ((np.arange(camera.height_px) - row) / camera.focal_px).astype(np.float32)[:, None]
    right, down, ahead = view.axes.astype(np.float32)
    east, north, up = (x * right[i] + y * down[i] + ahead[i] for i in range(3))
    return _Rays(east, north, up, camera.height_m, camera.focal_px)


def _noise(rng: np.random.Generator, *octaves: tuple[int, float]) -> Floats32:
    """A tile of fractal noise around 0 that repeats without a seam: (cells, strength) each."""
    total = np.zeros((_TILE, _TILE), np.float32)
    for cells, strength in octaves:
        small = rng.standard_normal((cells, cells), np.float32)
        small = np.pad(small, 2, mode="wrap")
        step = _TILE // cells
        big = cv2.resize(small, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
        total += big[2 * step : 2 * step + _TILE, 2 * step : 2 * step + _TILE] * strength
    return total


def _at(tile: Floats32, x: Floats32, y: Floats32, size_m: float) -> Floats32:
    """A tile that measures size_m, read at places."""
    turns_x, turns_y = x / np.float32(size_m), y / np.float32(size_m)
    return sampled(
        tile,
        (turns_x - np.floor(turns_x)) * np.float32(_TILE - 1),
        (turns_y - np.floor(turns_y)) * np.float32(_TILE - 1),
    )


def _sky(rays: _Rays, haze: Floats32, sun: float, rng: np.random.Generator) -> Floats32:
    rise = np.clip(rays.up / np.hypot(rays.east, rays.north), 0, 1.0)
    blue = np.array([0.33, 0.54, 0.84], np.float32) * np.float32(rng.uniform(0.75, 1.15))
    cover = float(rng.uniform(0, 0.6)) if sun else float(rng.uniform(0.7, 1.0))
    zenith = blue * (1 - cover) + haze * np.float32(cover * rng.uniform(0.7, 1.05))
    depth = (rise * 1.6).clip(0, 1) ** np.float32(rng.uniform(0.4, 0.9))
    rgb = haze + (zenith - haze) * depth[..., None]
    if rng.random() < 0.75:
        tile = _noise(rng, (4, 0.5), (8, 0.35), (16, 0.25), (32, 0.15), (64, 0.08))
        away = 1 / np.maximum(rise, 0.03)
        cloud = _at(tile, rays.east * away * 2, rays.north * away * 0.7, 40.0)
        amount = np.clip((cloud + np.float32(rng.uniform(-0.5, 0.4))) * 1.3, 0, 1)
        amount *= np.clip(rise * 8, 0, 1) * np.float32(rng.uniform(0.3, 0.9))
        tone = np.float32(rng.uniform(0.75, 1.0)) - 0.12 * np.clip(cloud, -1, 1)
        rgb += (tone[..., None] - rgb) * amount[..., None]
    return np.asarray(rgb, np.float32)


def _beside(
    rgb: Floats32, rays: _Rays, road: Road, side: int, haze: Floats32, rng: np.random.Generator
) -> None:
    """Upright curtains beside the road, from far to near: hills, trees, a wall or houses."""
    edge = road.right_m if side > 0 else -road.left_m
    leaves = np.array(_LEAVES[int(rng.integers(len(_LEAVES)))], np.float32)
    if rng.random() < 0.6:
        _curtain(rgb, rays, side * rng.uniform(150, 400), rng.uniform(10, 45), leaves * 1.3, 0.5,
                 haze, rng, reach_m=3000.0)  # fmt: skip
    kinds = rng.choice(["trees", "trees2", "wall", "none"], p=[0.35, 0.3, 0.1, 0.25])
    if kinds.startswith("trees"):
        for distance in sorted(rng.uniform(edge + 5, edge + 40, 2))[::-1]:
            tone = leaves * np.float32(rng.uniform(0.7, 1.3))
            _curtain(rgb, rays, side * distance, rng.uniform(4, 14), tone, 0.7, haze, rng)
    if kinds == "wall":
        tone = np.array(
            rng.choice([[0.62, 0.58, 0.52], [0.55, 0.55, 0.54], [0.5, 0.36, 0.3]]), "f4"
        )
        _curtain(rgb, rays, side * (edge + rng.uniform(1, 8)), rng.uniform(2.5, 5), tone, 0.0,
                 haze, rng)  # fmt: skip


def _curtain(
    rgb: Floats32,
    rays: _Rays,
    east_m: float,
    height_m: float,
    tone: Floats32,
    ragged: float,
    haze: Floats32,
    rng: np.random.Generator,
    reach_m: float = _FAR_M,
) -> None:
    """A plane along the road, filled up to a ragged height."""
    scale = np.float32(east_m) / np.where(rays.east * east_m > 1e-4, rays.east, np.nan)
    north = rays.north * scale
    up = rays.lens_m + rays.up * scale
    shown = (north > 0) & (north < reach_m) & (up > -0.5) & (up < height_m * 1.6)
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not len(rows):
        return
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    north, up = np.nan_to_num(north[part], nan=1e6), np.nan_to_num(up[part], nan=1e6)
    tile = _noise(rng, (8, 0.4), (16, 0.5), (32, 0.4), (64, 0.4), (128, 0.3))
    profile = _at(tile, north, np.zeros_like(north), height_m * 40)
    profile += 0.5 * _at(tile, north, up, height_m * 5)
    top = height_m * (1 + ragged * 0.45 * profile) if ragged else np.full_like(north, height_m)
    inside = np.clip((top - up) / np.maximum(north / rays.focal_px * 1.5, 0.02), 0, 1)
    inside *= shown[part]
    rough = _at(tile, north * 1.1, up * 1.4, height_m * (2.5 if ragged else 8))
    fade = np.float32(0.35 if ragged else 0.05)
    lit = 1 + fade * rough + (0.35 * (up / height_m - 0.5) if ragged else 0)
    colour = tone * np.maximum(lit, 0.2)[..., None]
    clear = 0.5 ** (np.minimum(north + abs(east_m), 3000) / np.float32(900))[..., None]
    colour = colour * clear + haze * (1 - clear)
    rgb[part] += (colour - rgb[part]) * inside[..., None]


def _ground(
    rgb: Floats32, rays: _Rays, road: Road, haze: Floats32, rng: np.random.Generator
) -> None:
    reach = np.where(rays.up < -1e-4, -rays.lens_m / np.minimum(rays.up, -1e-4), np.nan)
    rows = np.flatnonzero((rays.up < -1e-4).any(axis=1))
    if not len(rows):
        return
    part = slice(rows[0], None)
    north = np.nan_to_num(rays.north[part] * reach[part], nan=1e5).clip(0, 5000)
    east = np.nan_to_num(rays.east[part] * reach[part], nan=1e5).clip(-4000, 4000)
    lateral = east - np.float32(road.bend_per_m / 2) * north**2
    pixel_m = np.maximum(north, 1) / np.float32(rays.focal_px)
    colour = _verge(lateral, north, pixel_m, rng)
    pavement = _pavement(lateral, north, pixel_m, road, rng)
    _marks(pavement, lateral, north, pixel_m, road, rng)
    edge = np.minimum(lateral - road.left_m, road.right_m - lateral)
    colour += (pavement - colour) * np.clip(edge / pixel_m + 0.5, 0, 1)[..., None]
    clear = 0.5 ** (north / np.float32(rng.uniform(500, 1500)))[..., None]
    colour = colour * clear + haze * (1 - clear)
    seen = (rays.up[part] < -1e-4)[..., None]
    rgb[part] = np.where(seen, colour, rgb[part])


def _verge(
    lateral: Floats32, north: Floats32, pixel_m: Floats32, rng: np.random.Generator
) -> Floats32:
    base = np.array(_GREENS[int(rng.integers(len(_GREENS)))], np.float32)
    other = np.array(_GREENS[int(rng.integers(len(_GREENS)))], np.float32)
    other = base + (other - base) * np.float32(rng.uniform(0.1, 0.5))
    tile = _noise(rng, (8, 0.5), (16, 0.4), (64, 0.4), (128, 0.3))
    broad = _at(tile, lateral * 3, north, 120.0)
    fine = _at(tile, lateral, north, 9.0) * np.clip(0.05 / pixel_m, 0, 1)
    mix = np.clip(0.3 + 0.4 * broad, 0, 1)[..., None]
    return np.asarray((base + (other - base) * mix) * (1 + 0.12 * broad + 0.25 * fine)[..., None])


def _pavement(
    lateral: Floats32, north: Floats32, pixel_m: Floats32, road: Road, rng: np.random.Generator
) -> Floats32:
    """Asphalt or concrete: grain, stains, wheel tracks, joints, cracks and patches."""
    concrete = rng.random() < 0.35
    tone = rng.uniform(0.45, 0.72) if concrete else rng.uniform(0.2, 0.5)
    warm = rng.normal(0, 0.03)
    tile = _noise(rng, (4, 0.4), (16, 0.4), (64, 0.3), (256, 0.5))
    broad = _at(tile, lateral * 6, north, 90.0)
    fine = _at(tile, lateral, north, 3.0) * np.clip(0.01 / pixel_m, 0, 1)
    grain = 1 + np.float32(rng.uniform(0.02, 0.07)) * broad + np.float32(0.08) * fine
    lane_m = road.lines_m[1] - road.lines_m[0]
    across = np.mod((lateral - road.lines_m[0]) / lane_m, 1)
    tracks = np.exp(-(((across - 0.27) / 0.1) ** 2)) + np.exp(-(((across - 0.73) / 0.1) ** 2))
    oil = np.exp(-(((across - 0.5) / 0.12) ** 2))
    grain += np.float32(rng.normal(0, 0.04)) * tracks - np.float32(rng.uniform(0, 0.08)) * oil
    beyond = (lateral < road.lines_m[0]) | (lateral > road.lines_m[-1])
    grain += np.float32(rng.normal(0, 0.06)) * beyond
    if concrete:
        gap = np.abs(np.mod(north, 4.6) - 2.3)
        grain -= (
            np.float32(0.25) * np.clip((0.03 - gap) / pixel_m**1.2 + 0.5, 0, 1) * (pixel_m < 0.2)
        )
    if rng.random() < 0.4:
        cracked = _at(_noise(rng, (8, 0.5), (32, 0.5), (64, 0.4)), lateral * 2, north, 30.0)
        width = np.float32(0.05)
        grain -= (
            np.float32(rng.uniform(0.15, 0.5))
            * np.clip(1 - np.abs(cracked) / width, 0, 1)
            * (np.clip(0.05 / pixel_m, 0, 1))
        )
    for _ in range(int(rng.integers(0, 5))):
        x, y = rng.uniform(road.left_m, road.right_m), rng.uniform(5, 60)
        w, h = rng.uniform(0.4, 2.0), rng.uniform(1, 15)
        inside = (np.abs(lateral - x) < w) & (np.abs(north - y) < h)
        grain += np.float32(rng.normal(0, 0.12)) * inside
    colour = np.array([tone * (1 + warm), tone, tone * (1 - warm)], np.float32)
    return np.asarray(colour * np.maximum(grain, 0.1)[..., None], np.float32)


def _marks(
    pavement: Floats32,
    lateral: Floats32,
    north: Floats32,
    pixel_m: Floats32,
    road: Road,
    rng: np.random.Generator,
) -> None:
    """Lane lines: dashed between lanes, solid at the edges, worn."""
    wear = np.float32(rng.uniform(0.35, 1.0)) if rng.random() < 0.93 else np.float32(0)
    yellow = rng.random() < 0.6
    phase = float(rng.uniform(0, 12))
    for i, line in enumerate(road.lines_m):
        half = np.float32(rng.uniform(0.05, 0.08))
        off = np.abs(lateral - np.float32(line))
        cover = np.clip((half - off) / pixel_m + 0.5, 0, 1) * np.minimum(1, 2 * half / pixel_m)
        if 0 < i < len(road.lines_m) - 1:
            cover *= np.mod(north + phase, 12.2) < 3.05
        colour = _YELLOW if i == 0 and yellow else _WHITE
        pavement += (colour - pavement) * (cover * wear)[..., None]
