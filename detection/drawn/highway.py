"""Drawn highways: sky, trees or walls beside the road, verges, pavement and its markings.

Every pixel is looked up in the plane it shows: the ground, or an upright curtain beside the road.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from detection.drawn.backgrounds import Ground
from detection.drawn.noise import noise_tile, read_tile
from detection.drawn.pavement import Surface, pavement, verge
from detection.drawn.road import Road
from detection.drawn.traffic import scenery
from detection.render.camera import Camera, View
from detection.render.street import Floats32

_FAR_M = 400.0
_LEAVES = ((0.16, 0.22, 0.10), (0.22, 0.30, 0.13), (0.12, 0.16, 0.10), (0.30, 0.27, 0.17))
_WALLS = ((0.62, 0.58, 0.52), (0.55, 0.55, 0.54), (0.50, 0.36, 0.30))
_HAZE = np.array((0.84, 0.87, 0.90), np.float32)


@dataclass(frozen=True)
class _Rays:
    """World directions through every pixel, (h, w) each. haze: colour of the far air."""

    east: Floats32
    north: Floats32
    up: Floats32
    lens_m: float
    focal_px: float
    haze: Floats32


@dataclass(frozen=True)
class _Curtain:
    """Something upright along the road. ragged: of its upper edge, 0 is straight."""

    east_m: float
    height_m: float
    tone: Floats32
    ragged: float
    reach_m: float = _FAR_M


def draw_highway(camera: Camera, rng: np.random.Generator) -> Ground:
    """A road of one to five lanes under some sky."""
    view = View(camera, 0.0, 0.0, 0.0)
    road = _road(rng)
    rays = _rays(view, _HAZE * np.float32(rng.uniform(0.8, 1.1)))
    sun = float(rng.choice([0.0, rng.uniform(0.4, 1.0)]))
    rgb = _sky(rays, sun, rng)
    for side, edge in ((-1, -road.left_m), (1, road.right_m)):
        for curtain in _beside(side, edge, rng):
            _hang(rgb, rays, curtain, rng)
    _ground(rgb, rays, road, rng)
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


def _rays(view: View, haze: Floats32) -> _Rays:
    camera = view.camera
    column, row = camera.centre_px
    x = ((np.arange(camera.width_px) - column) / camera.focal_px).astype(np.float32)[None, :]
    y = ((np.arange(camera.height_px) - row) / camera.focal_px).astype(np.float32)[:, None]
    right, down, ahead = view.axes.astype(np.float32)
    east, north, up = (x * right[i] + y * down[i] + ahead[i] for i in range(3))
    return _Rays(east, north, up, camera.height_m, camera.focal_px, haze)


def _sky(rays: _Rays, sun: float, rng: np.random.Generator) -> Floats32:
    haze = rays.haze
    rise = np.clip(rays.up / np.hypot(rays.east, rays.north), 0, 1.0)
    blue = np.array([0.33, 0.54, 0.84], np.float32) * np.float32(rng.uniform(0.75, 1.15))
    cover = float(rng.uniform(0, 0.6)) if sun else float(rng.uniform(0.7, 1.0))
    zenith = blue * (1 - cover) + haze * np.float32(cover * rng.uniform(0.7, 1.05))
    depth = (rise * 1.6).clip(0, 1) ** np.float32(rng.uniform(0.4, 0.9))
    rgb = haze + (zenith - haze) * depth[..., None]
    if rng.random() < 0.75:
        tile = noise_tile(rng, (4, 0.5), (8, 0.35), (16, 0.25), (32, 0.15), (64, 0.08))
        away = 1 / np.maximum(rise, 0.03)
        cloud = read_tile(tile, rays.east * away * 2, rays.north * away * 0.7, 40.0)
        amount = np.clip((cloud + np.float32(rng.uniform(-0.5, 0.4))) * 1.3, 0, 1)
        amount *= np.clip(rise * 8, 0, 1) * np.float32(rng.uniform(0.3, 0.9))
        tone = np.float32(rng.uniform(0.75, 1.0)) - 0.12 * np.clip(cloud, -1, 1)
        rgb += (tone[..., None] - rgb) * amount[..., None]
    return np.asarray(rgb, np.float32)


def _beside(side: int, edge_m: float, rng: np.random.Generator) -> Iterator[_Curtain]:
    """Curtains left (-1) or right (1) of the road, from far to near: hills, trees or a wall."""
    leaves = np.array(_LEAVES[int(rng.integers(len(_LEAVES)))], np.float32)
    if rng.random() < 0.6:
        far, high = float(rng.uniform(150, 400)), float(rng.uniform(10, 45))
        yield _Curtain(side * far, high, leaves * np.float32(1.3), 0.5, reach_m=3000.0)
    kind = str(rng.choice(["trees", "wall", "open"], p=[0.65, 0.1, 0.25]))
    if kind == "trees":
        for distance in sorted(rng.uniform(edge_m + 5, edge_m + 40, 2), reverse=True):
            tone = leaves * np.float32(rng.uniform(0.7, 1.3))
            yield _Curtain(side * float(distance), float(rng.uniform(4, 14)), tone, 0.7)
    if kind == "wall":
        tone = np.array(_WALLS[int(rng.integers(len(_WALLS)))], np.float32)
        distance = edge_m + float(rng.uniform(1, 8))
        yield _Curtain(side * distance, float(rng.uniform(2.5, 5)), tone, 0.0)


def _hang(rgb: Floats32, rays: _Rays, curtain: _Curtain, rng: np.random.Generator) -> None:
    """Paint a curtain where its plane is seen."""
    east_m, height_m, ragged = curtain.east_m, curtain.height_m, curtain.ragged
    scale = np.float32(east_m) / np.where(rays.east * east_m > 1e-4, rays.east, np.nan)
    north = rays.north * scale
    up = rays.lens_m + rays.up * scale
    shown = (north > 0) & (north < curtain.reach_m) & (up > -0.5) & (up < height_m * 1.6)
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not len(rows):
        return
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    north, up = np.nan_to_num(north[part], nan=1e6), np.nan_to_num(up[part], nan=1e6)
    tile = noise_tile(rng, (8, 0.4), (16, 0.5), (32, 0.4), (64, 0.4), (128, 0.3))
    profile = read_tile(tile, north, np.zeros_like(north), height_m * 40)
    profile += 0.5 * read_tile(tile, north, up, height_m * 5)
    top = height_m * (1 + ragged * 0.45 * profile) if ragged else np.full_like(north, height_m)
    inside = np.clip((top - up) / np.maximum(north / rays.focal_px * 1.5, 0.02), 0, 1)
    inside *= shown[part]
    rough = read_tile(tile, north * 1.1, up * 1.4, height_m * (2.5 if ragged else 8))
    fade = np.float32(0.35 if ragged else 0.05)
    lit = 1 + fade * rough + (0.35 * (up / height_m - 0.5) if ragged else 0)
    colour = curtain.tone * np.maximum(lit, 0.2)[..., None]
    clear = 0.5 ** (np.minimum(north + abs(east_m), 3000) / np.float32(900))[..., None]
    colour = colour * clear + rays.haze * (1 - clear)
    rgb[part] += (colour - rgb[part]) * inside[..., None]


def _ground(rgb: Floats32, rays: _Rays, road: Road, rng: np.random.Generator) -> None:
    """Paint verges and pavement below the horizon."""
    below = rays.up < -1e-4
    rows = np.flatnonzero(below.any(axis=1))
    if not len(rows):
        return
    part = slice(rows[0], None)
    reach = rays.lens_m / np.maximum(-rays.up[part], np.float32(1e-4))
    north = (rays.north[part] * reach).clip(0, 5000)
    east = (rays.east[part] * reach).clip(-4000, 4000)
    lateral = east - np.float32(road.bend_per_m / 2) * north**2
    surface = Surface(lateral, north, np.maximum(north, 1) / np.float32(rays.focal_px))
    colour = verge(surface, rng)
    edge = np.minimum(lateral - road.left_m, road.right_m - lateral)
    paved = np.clip(edge / surface.pixel_m + 0.5, 0, 1)[..., None]
    colour += (pavement(surface, road, rng) - colour) * paved
    clear = 0.5 ** (north / np.float32(rng.uniform(500, 1500)))[..., None]
    colour = colour * clear + rays.haze * (1 - clear)
    rgb[part] = np.where(below[part][..., None], colour, rgb[part])
