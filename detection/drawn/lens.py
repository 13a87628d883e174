"""What lens, glass, sensor and compression do to a finished picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.drawn.crop import Crop
from detection.render.street import Floats32
from detection.render.weather import Conditions, Lens

_GREY = np.array([0.299, 0.587, 0.114], np.float32)


def warp(crop: Crop, size: tuple[int, int], rng: np.random.Generator) -> tuple[Floats32, Floats32]:
    """Where each pixel of a picture of that size (width, height) is found: (column, row).

    Some barrel distortion and a slight roll.
    """
    wide, tall = crop.width, crop.height
    y, x = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j].astype(np.float32)
    ratio = np.float32(tall / wide)
    barrel = float(rng.uniform(0.03, 0.16)) if rng.random() < 0.35 else 0.0
    roll = float(rng.normal(0, 0.008))
    spread = x * x + (y * ratio) ** 2
    bulge = (1 + np.float32(barrel) * (spread - 1 - ratio**2)).astype(np.float32)
    shrink = 1 - abs(roll)
    u = (x - np.float32(roll) * y * ratio) * bulge * np.float32(shrink)
    v = (y + np.float32(roll) * x / ratio) * bulge * np.float32(shrink)
    column = (u + 1) * np.float32(wide / 2) + np.float32(crop.left)
    row = (v + 1) * np.float32(tall / 2) + np.float32(crop.top)
    return column, row


def expose(rgb: Floats32, dark: bool, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture as some cheap camera records it: RGB, 0..255. dark: taken at night."""
    height, width = rgb.shape[:2]
    if rng.random() < 0.12:
        rgb = _glare(rgb, rng)
    if rng.random() < 0.2:
        rgb = _reflection(rgb, rng)
    if rng.random() < 0.45:
        most = 1.9 if rng.random() < 0.3 else 1.1
        sigma = float(rng.uniform(0.35, most)) * width / 960
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.float32)
    conditions = _conditions(dark, rng)
    rgb = Lens(conditions, rng, (height, width)).apply(rgb, rng)
    rgb = _toned(rgb, rng)
    if rng.random() < 0.3:
        soft = cv2.GaussianBlur(rgb, (0, 0), 1.2)
        rgb = rgb + (rgb - soft) * np.float32(rng.uniform(0.3, 1.2))
    picture = (np.clip(rgb, 0, 1) * np.float32(255)).astype(np.uint8)
    if rng.random() < 0.28:
        share = float(rng.uniform(0.5, 0.85))
        small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        small = _recoded(np.asarray(small, np.uint8), int(rng.integers(45, 95)))
        whole = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
        picture = np.asarray(whole, np.uint8)
    return picture


def _recoded(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """A picture after JPEG."""
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _conditions(dark: bool, rng: np.random.Generator) -> Conditions:
    """Glass and sensor of one picture; its light is already in it."""
    rainy = rng.random() < 0.13
    blurred = rng.random() < 0.5
    return Conditions(
        sun=0.0, sun_azimuth_deg=0.0, sun_elevation_deg=45.0, clouds=0.0, wet=0.0,
        rain=float(rng.uniform(0.2, 0.8)) if rainy else 0.0,
        haze_m=1000.0,
        exposure=float(np.exp(rng.normal(0, 0.18))),
        warmth=0.0,
        blur_px=float(rng.uniform(0.5, 5.0)) if blurred else 0.0,
        noise=float(rng.uniform(0.002, 0.02)) * (2.0 if dark else 1.0),
        vignette=float(rng.uniform(0.0, 0.45)),
        dirt=float(rng.uniform(0.1, 1.0)) if rng.random() < 0.3 else 0.0,
        jpeg_quality=80,
    )  # fmt: skip


def _toned(rgb: Floats32, rng: np.random.Generator) -> Floats32:
    """Another tone curve, saturation and white balance."""
    rgb = np.clip(rgb, 0, 1)
    cv2.pow(rgb, float(np.exp(rng.normal(0, 0.2))), rgb)
    colourless = rng.random() < 0.025
    pale = rng.random() < 0.25  # old sensors and overcast skies leave little of an orange
    vivid = 0.0 if colourless else float(rng.uniform(0.3, 0.7) if pale else rng.uniform(0.55, 1.25))
    low = float(rng.uniform(0, 0.2)) if rng.random() < 0.3 else 0.0
    gains = np.ones(3) if colourless else np.exp(rng.normal(0, 0.045, 3))
    mix = (vivid * np.eye(3) + (1 - vivid) * _GREY) * gains[:, None] * (1 - low)
    return np.asarray(cv2.transform(rgb, np.column_stack([mix, np.full(3, low)])), np.float32)


def _glare(rgb: Floats32, rng: np.random.Generator) -> Floats32:
    """A low sun or a lamp that washes a part of the picture out."""
    height, width = rgb.shape[:2]
    x, y = rng.uniform(-0.1, 1.1) * width, rng.uniform(-0.1, 0.45) * height
    column, row = (
        np.arange(width, dtype=np.float32)[None],
        np.arange(height, dtype=np.float32)[:, None],
    )
    distance = ((column - x) ** 2 + (row - y) ** 2) / np.float32(
        width * rng.uniform(0.1, 0.45)
    ) ** 2
    veil = np.exp(-np.sqrt(distance))[..., None] * np.float32(rng.uniform(0.2, 0.8))
    tone = np.array([1.0, rng.uniform(0.88, 1.0), rng.uniform(0.7, 1.0)], np.float32)
    return np.asarray(rgb + veil * tone, np.float32)


def _reflection(rgb: Floats32, rng: np.random.Generator) -> Floats32:
    """The dashboard mirrored in the windscreen: pale soft shapes over the lower picture."""
    small = rng.random((6, 9), np.float32) * np.linspace(0, 1, 6, dtype=np.float32)[:, None]
    veil = cv2.resize(small, rgb.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(rgb + np.clip(veil, 0, 1)[..., None] * np.float32(rng.uniform(0.03, 0.2)))
