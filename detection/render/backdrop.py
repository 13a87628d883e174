"""The sky and the far city behind the street."""

import cv2
import numpy as np

from detection.render.camera import Camera, View
from detection.render.street import Floats32, sampled
from detection.render.weather import Conditions

_PANORAMA = (256, 2048)
_TOP_DEG = 50.0
_BOTTOM_DEG = -2.0


class Backdrop:
    """A panorama of 360 degrees that every view of a drive looks into."""

    def __init__(self, camera: Camera, conditions: Conditions, rng: np.random.Generator) -> None:
        self._panorama = _panorama(conditions, rng)
        pixels = np.mgrid[0 : camera.height_px, 0 : camera.width_px][::-1]
        rays = View(camera, 0.0, 0.0, 0.0).rays(np.moveaxis(pixels, 0, -1))
        azimuth = np.degrees(np.arctan2(rays[..., 0], rays[..., 1]))
        elevation = np.degrees(np.arctan2(rays[..., 2], np.hypot(rays[..., 0], rays[..., 1])))
        height, width = _PANORAMA
        self._column = (azimuth / 360 * width).astype(np.float32)
        row = (_TOP_DEG - elevation) / (_TOP_DEG - _BOTTOM_DEG) * height
        self._row = np.clip(row, 0, height - 1).astype(np.float32)

    def render(self, view: View) -> Floats32:
        """The picture (h, w, 3) without any ground."""
        width = _PANORAMA[1]
        column = self._column + np.float32(view.heading_deg / 360 * width)
        return sampled(self._panorama, column, self._row, cv2.BORDER_WRAP)


def _panorama(conditions: Conditions, rng: np.random.Generator) -> Floats32:
    height, width = _PANORAMA
    elevation = np.linspace(_TOP_DEG, _BOTTOM_DEG, height, dtype=np.float32)[:, None, None]
    up = np.clip(elevation / 45, 0, 1) ** 0.6
    haze = np.array(conditions.light.haze, np.float32)
    clear = np.array([0.30, 0.52, 0.84], np.float32)
    cover = np.float32(conditions.clouds)
    zenith = clear * (1 - cover) + haze * np.float32(0.86) * cover
    sky = np.broadcast_to(haze + (zenith - haze) * up, (height, width, 3)).copy()
    cloud = _clouds(rng)
    edge = 0.62 - 0.75 * conditions.clouds
    amount = np.clip((cloud - edge) * 1.7, 0, 1)[..., None] * np.clip(elevation / 6, 0, 1)
    shaded = (
        np.float32(0.97)
        - np.float32(0.30 + 0.25 * conditions.rain) * np.clip(cloud - 0.35, 0, 1)[..., None]
    )
    sky += (shaded * np.array([0.98, 0.99, 1.0], np.float32) - sky) * amount * np.float32(0.9)
    _skyline(sky, rng, haze)
    return sky


def _clouds(rng: np.random.Generator) -> Floats32:
    """Fractal noise 0..1, wider than high, that closes at the seam."""
    height, width = _PANORAMA
    total = np.zeros((height, width), np.float32)
    for octave in range(5):
        cells = (3 * 2**octave, 10 * 2**octave)
        noise = rng.random(cells, np.float32)
        noise = np.concatenate([noise, noise[:, :1]], axis=1)
        total += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**octave
    total = (total - total.min()) / (total.max() - total.min())
    return np.asarray(total, np.float32)


def _skyline(sky: Floats32, rng: np.random.Generator, haze: Floats32) -> None:
    """Roofs and trees far away, pale with haze."""
    height, width = _PANORAMA
    horizon = int(_TOP_DEG / (_TOP_DEG - _BOTTOM_DEG) * height)
    for depth in (0.72, 0.55):
        column = 0
        while column < width:
            step = int(rng.integers(6, 26))
            rise = int(rng.uniform(5, 15) * (1.6 - depth))
            tone = haze * np.float32(depth) + np.float32((1 - depth) * 0.42) * np.array(
                rng.choice([[0.9, 0.85, 0.78], [0.75, 0.8, 0.7], [0.8, 0.75, 0.72]]), np.float32
            )
            sky[horizon - rise :, column : column + step] = tone
            column += step
