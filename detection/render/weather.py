"""Domain randomisation: light, weather, lens and compression, and what they do to a picture."""

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np

from detection.render.canvas import Light
from detection.render.street import Floats32, sampled

_KNEE = np.float32(0.75)
_SHOULDER = np.float32(0.5)
_POOL = 97


@dataclass(frozen=True)
class Conditions:
    """How a drive looks. Shares are 0..1, angles degrees, sizes pixels of a 1280 wide picture.

    sun: strength of direct light, 0 is overcast. sun_azimuth_deg: from north, where it stands.
    clouds: cover of the sky. wet: water on the road. rain: streaks in the air and drops on the
    glass. haze_m: distance that halves contrast. exposure: gain. warmth: > 0 is yellow light.
    blur_px: motion blur at the picture's edge. noise: standard deviation of the sensor's noise.
    vignette: loss of light in the corners. dirt: specks on the windscreen. jpeg_quality: 1..95.
    """

    sun: float
    sun_azimuth_deg: float
    sun_elevation_deg: float
    clouds: float
    wet: float
    rain: float
    haze_m: float
    exposure: float
    warmth: float
    blur_px: float
    noise: float
    vignette: float
    dirt: float
    jpeg_quality: int

    @staticmethod
    def drawn(rng: np.random.Generator) -> "Conditions":
        """Conditions of an ordinary day: sunny, overcast or rainy."""
        sky = str(rng.choice(["clear", "fair", "overcast", "rain"], p=[0.35, 0.3, 0.2, 0.15]))
        bright = sky in {"clear", "fair"}
        rainy = sky == "rain"
        return Conditions(
            sun=float(rng.uniform(0.65, 1.0) if bright else 0.0),
            sun_azimuth_deg=float(rng.uniform(0, 360)),
            sun_elevation_deg=float(rng.uniform(32, 62)),
            clouds=float(rng.uniform(0.05, 0.5) if bright else rng.uniform(0.8, 1.0)),
            wet=float(rng.uniform(0.5, 1.0) if rainy else rng.uniform(0.0, 0.15)),
            rain=float(rng.uniform(0.3, 0.8) if rainy else 0.0),
            haze_m=float(rng.uniform(250, 600) if rainy else rng.uniform(600, 2500)),
            exposure=float(rng.uniform(0.9, 1.12)),
            warmth=float(rng.uniform(-0.05, 0.07)),
            blur_px=float(rng.uniform(0.0, 2.0)),
            noise=float(rng.uniform(0.004, 0.016)),
            vignette=float(rng.uniform(0.05, 0.3)),
            dirt=float(rng.uniform(0.0, 0.35)),
            jpeg_quality=int(rng.integers(70, 93)),
        )

    @property
    def light(self) -> Light:
        """The light of these conditions."""
        azimuth, elevation = radians(self.sun_azimuth_deg), radians(self.sun_elevation_deg)
        level = cos(elevation)
        towards = np.array([sin(azimuth) * level, cos(azimuth) * level, sin(elevation)])
        warm, cool = 1 + self.warmth, 1 - self.warmth
        sky = 1.10 - 0.24 * self.sun - 0.16 * self.rain
        blue = 1.0 + 0.10 * self.sun
        haze = 0.93 - 0.2 * self.rain
        return Light(
            sun_from=towards,
            sun=(0.98 * self.sun * warm, 0.93 * self.sun, 0.84 * self.sun * cool),
            sky=(sky * warm, sky, sky * blue * cool),
            haze=(haze * 0.97, haze * 0.99, haze),
            haze_m=self.haze_m,
        )


class Lens:
    """What the air and the glass do to every picture of one drive."""

    def __init__(self, conditions: Conditions, rng: np.random.Generator, shape: tuple[int, int]):
        self.conditions = conditions
        height, width = shape
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
        falloff = 1 - conditions.vignette * np.clip((x**2 + y**2) / 2, 0, 1) ** 1.5
        self._gain = (falloff * (1 - _specks(rng, shape, conditions.dirt)))[..., None]
        self._drops = _drops(rng, shape, conditions.rain)
        self._centre = (width / 2, height / 2)
        pool = rng.standard_normal((height + _POOL, width + _POOL, 3), np.float32)
        pool *= np.float32(0.6 * conditions.noise)
        pool += pool[..., 1:2] * np.float32(0.8 / 0.6)
        self._noise = pool

    def apply(self, rgb: Floats32, rng: np.random.Generator) -> Floats32:
        """A picture (h, w, 3) as this camera records it, 0..1."""
        seen = _streaks(rgb, rng, self.conditions.rain)
        seen = _motion_blur(seen, self.conditions.blur_px, self._centre)
        if self._drops is not None:
            column, row = self._drops
            seen = sampled(seen, column, row, cv2.BORDER_REFLECT)
        seen = seen * (self._gain * np.float32(self.conditions.exposure))
        y, x = (int(v) for v in rng.integers(_POOL, size=2))
        seen += self._noise[y : y + rgb.shape[0], x : x + rgb.shape[1]]
        bright = np.minimum(seen, _KNEE)
        return np.asarray(np.clip(bright + (seen - bright) * _SHOULDER, 0, 1))


def _specks(rng: np.random.Generator, shape: tuple[int, int], dirt: float) -> Floats32:
    """Loss of light behind specks and smears on the glass, 0..0.5."""
    small = np.zeros((shape[0] // 4, shape[1] // 4), np.float32)
    for _ in range(int(60 * dirt)):
        at = (int(rng.integers(small.shape[1])), int(rng.integers(small.shape[0])))
        cv2.circle(small, at, int(rng.integers(1, 5)), float(rng.uniform(0.05, 0.3)), -1)
    soft = cv2.GaussianBlur(small, (0, 0), 2.5)
    whole = cv2.resize(soft, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole, np.float32)


def _drops(
    rng: np.random.Generator, shape: tuple[int, int], rain: float
) -> tuple[Floats32, Floats32] | None:
    """Where each pixel looks through drops on the glass, None without rain."""
    if rain <= 0:
        return None
    row, column = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    for _ in range(int(90 * rain)):
        x, y = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        radius = float(rng.uniform(3, 11))
        low_x, high_x = max(int(x - radius), 0), min(int(x + radius) + 1, shape[1])
        low_y, high_y = max(int(y - radius), 0), min(int(y + radius) + 1, shape[0])
        dy, dx = np.mgrid[low_y:high_y, low_x:high_x].astype(np.float32)
        dx, dy = dx - np.float32(x), dy - np.float32(y)
        inside = np.clip(1.2 - np.hypot(dx, dy) / radius, 0, 1)
        column[low_y:high_y, low_x:high_x] -= dx * 5 * inside
        row[low_y:high_y, low_x:high_x] -= dy * 5 * inside
    return column, row


def _streaks(rgb: Floats32, rng: np.random.Generator, rain: float) -> Floats32:
    """Bright streaks of falling rain."""
    if rain <= 0:
        return rgb
    mask = np.zeros(rgb.shape[:2], np.float32)
    height, width = rgb.shape[:2]
    for _ in range(int(350 * rain)):
        x, y, length = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(8, 34)
        lean = (x - width / 2) / width * length * 0.5
        ends = (int(x), int(y)), (int(x + lean), int(y + length))
        cv2.line(mask, *ends, float(rng.uniform(0.05, 0.22)), 1, cv2.LINE_AA)
    return rgb + (np.float32(0.9) - rgb) * mask[..., None]


def _motion_blur(rgb: Floats32, blur_px: float, centre: tuple[float, float]) -> Floats32:
    """Blur along the lines of expansion: blur_px at the sides, none in the middle."""
    if blur_px < 0.2:
        return rgb
    total = rgb.copy()
    steps = 2
    for step in range(1, steps + 1):
        zoom = 1 + blur_px * step / steps / centre[0]
        warp = np.array(
            [[zoom, 0, centre[0] * (1 - zoom)], [0, zoom, centre[1] * (1 - zoom)]], np.float32
        )
        total += cv2.warpAffine(
            rgb, warp, (rgb.shape[1], rgb.shape[0]), borderMode=cv2.BORDER_REFLECT
        )
    return np.asarray(total / np.float32(steps + 1))
