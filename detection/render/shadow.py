"""Shadows on the ground: a dark contact under a thing, and what it casts in the sun."""

import cv2
import numpy as np

from detection.render.camera import Floats
from detection.render.canvas import Canvas
from detection.render.solid import Shape

_FLAT_M = 0.05
_TALLEST_M = 3.0


def cast(canvas: Canvas, shape: Shape, sun: float) -> None:
    """Darken the ground under a thing that stands in the world. sun: direct light on it, 0..1."""
    points = shape.points
    height = float(points[:, 2].max())
    if height < _FLAT_M:
        return
    low = points[points[:, 2] < 0.4][:, :2]
    reach = min(height, 1.5)
    if len(low):
        canvas.shadow(_grown(low, 0.08 + 0.04 * reach), 0.55, 0.07 + 0.04 * reach)
    if sun > 0 and height < _TALLEST_M:
        towards = canvas.light.sun_from
        canvas.shadow(points[:, :2] - points[:, 2:] * (towards[:2] / towards[2]), 0.5 * sun, 0.04)


def _grown(points: Floats, margin_m: float) -> Floats:
    """The corners of a hull moved outwards by a margin."""
    hull = cv2.convexHull(points.astype(np.float32))[:, 0].astype(np.float64)
    centre = hull.mean(axis=0)
    away = hull - centre
    return np.asarray(
        hull + away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6) * margin_m
    )
