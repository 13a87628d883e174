"""The hour and the air of a picture, before anything is drawn on it, and the light they leave."""

from dataclasses import dataclass, replace
from math import cos, radians, sin

import cv2
import numpy as np

from detection.drawn.backgrounds import Ground
from detection.render.camera import Floats, View
from detection.render.canvas import Light
from detection.render.street import Floats32

_COARSE = 4
_SKY_M = 350.0
_BACKLIT = 0.15
_NIGHT_BLUE = np.array([0.75, 0.9, 1.15], np.float32)


@dataclass(frozen=True)
class Hour:
    """ambient: share of daylight left, 1 by day. headlights: see `Light`. haze_m: see `Light`."""

    ambient: float
    headlights: float
    haze_m: float


def draw_hour(rng: np.random.Generator, nights: float) -> Hour:
    """Some hour and weather. nights: share of dark pictures."""
    if rng.random() < nights:
        night = rng.random() < 0.5
        ambient = float(rng.uniform(0.1, 0.3) if night else rng.uniform(0.25, 0.55))
        lamps = float(rng.uniform(0.6, 1.6)) * (1.0 if night else 0.6)
        return Hour(ambient, lamps, float(rng.uniform(300, 2000)))
    foggy = rng.random() < 0.12
    return Hour(1.0, 0.0, float(np.exp(rng.uniform(4.0, 5.5)) if foggy else rng.uniform(400, 3000)))


def breathe(ground: Ground, hour: Hour, rng: np.random.Generator) -> tuple[Ground, Light]:
    """The picture at that hour, and the light for what is drawn on it."""
    light = _daylight(ground, hour, rng)
    rgb = ground.rgb
    lateral, depth = _places(ground)
    if hour.haze_m < 250:
        clear = 0.5 ** (depth / np.float32(hour.haze_m))[..., None]
        rgb = rgb * clear + np.array(light.haze, np.float32) * (1 - clear)
    if hour.ambient < 1:
        tint = _NIGHT_BLUE ** np.float32(rng.uniform(0, 1))
        pool = np.exp(-((lateral / (2.5 + 0.16 * depth)) ** 2))
        pool *= np.float32(0.6 * hour.headlights) * (10 / np.maximum(depth, 5)) ** 1.3
        rgb = rgb**1.25 * (tint * np.float32(hour.ambient) + pool[..., None])
    return replace(ground, rgb=np.asarray(rgb, np.float32)), light


def _daylight(ground: Ground, hour: Hour, rng: np.random.Generator) -> Light:
    """Sun and sky as bright and as coloured as the road of the picture says."""
    road = _road_pixels(ground)
    grey = np.median(road, axis=0)
    white = float(np.percentile(road.mean(axis=1), 99.5))
    level = 0.5 * float(grey.mean()) / 0.40 + 0.5 * white / 0.95
    level = float(np.clip(level, 0.5, 1.25) * rng.uniform(0.8, 1.2)) * hour.ambient
    if rng.random() < _BACKLIT:
        # The sun stands before the camera: what faces it lies in its own shade.
        level *= float(rng.uniform(0.4, 0.75))
    tint = np.clip(grey / max(float(grey.mean()), 1e-3), 0.8, 1.25) ** 0.6
    azimuth, elevation = radians(rng.uniform(0, 360)), radians(rng.uniform(25, 65))
    across = cos(elevation)
    sun = ground.sun if hour.ambient == 1 else 0.0
    horizon = np.clip(_horizon_tone(ground) * hour.ambient, 0, 1)
    sky = tint * level * (1.10 - 0.24 * sun)
    beam = tint * level * sun * (0.98, 0.93, 0.86)
    return Light(
        sun_from=np.array([sin(azimuth) * across, cos(azimuth) * across, sin(elevation)]),
        sun=(float(beam[0]), float(beam[1]), float(beam[2])),
        sky=(float(sky[0]), float(sky[1]), float(sky[2])),
        haze=(float(horizon[0]), float(horizon[1]), float(horizon[2])),
        haze_m=hour.haze_m,
        headlights=hour.headlights,
    )


def _road_pixels(ground: Ground) -> Floats32:
    """Some pixels (n, 3) of the pavement 6 to 25 m ahead."""
    left, right = ground.road.left_m + 0.5, ground.road.right_m - 0.5
    ahead, across = np.meshgrid(np.linspace(6, 25, 24), np.linspace(left, right, 40))
    places = np.stack([across.ravel(), ahead.ravel(), np.zeros(across.size)], axis=1)
    places += (ground.view.east_m, ground.view.north_m, 0.0)
    pixels, _ = ground.view.project(places)
    height, width = ground.rgb.shape[:2]
    inside = (pixels >= 0).all(axis=1) & (pixels < (width - 1, ground.bottom_px - 1)).all(axis=1)
    column, row = pixels[inside].astype(int).T
    found = ground.rgb[row, column]
    return found if len(found) > 20 else ground.rgb[height // 2 :: 8, ::8].reshape(-1, 3)


def far_ahead(view: View) -> Floats:
    """A point far ahead at the height of the lens, (1, 3)."""
    return np.array([[view.east_m, view.north_m + 5000.0, view.camera.height_m]])


def _horizon_tone(ground: Ground) -> Floats32:
    """The mean colour just above the horizon."""
    pixels, _ = ground.view.project(far_ahead(ground.view))
    row = int(np.clip(pixels[0, 1], 12, len(ground.rgb) - 1))
    return np.asarray(ground.rgb[max(row - 40, 0) : row - 4 : 3, ::5].mean(axis=(0, 1)))


def _places(ground: Ground) -> tuple[Floats32, Floats32]:
    """Metres to the right and ahead of every pixel, (h, w) each; what is no ground is far."""
    height, width = ground.rgb.shape[:2]
    row, column = np.mgrid[0:height:_COARSE, 0:width:_COARSE].astype(np.float64)
    places = ground.view.ground(np.stack([column, row], axis=-1))
    places -= (ground.view.east_m, ground.view.north_m)
    far = np.nan_to_num(places[..., 1], nan=_SKY_M).clip(2, _SKY_M)
    far = np.where(np.isnan(places[..., 1]) | (places[..., 1] < 0), _SKY_M, far)
    lateral = np.nan_to_num(places[..., 0], nan=0.0).clip(-200, 200)
    both = np.dstack([lateral, far]).astype(np.float32)
    whole = np.asarray(cv2.resize(both, (width, height)), np.float32)
    return whole[..., 0], whole[..., 1]
