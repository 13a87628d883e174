"""A pinhole camera over flat ground, and where it stands.

Signs are those of the map's camera model: pitch down, yaw right and roll clockwise are positive.
World axes are east, north, up with the ground at 0; pixels are (column, row) with the centre of
the top left pixel at (0, 0).
"""

from dataclasses import dataclass
from functools import cached_property
from math import cos, radians, sin, tan

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Camera:
    """A camera behind a windscreen. hfov_deg: 20..170. height_m: lens above the road."""

    hfov_deg: float
    height_m: float
    pitch_deg: float = 0.0
    yaw_deg: float = 0.0
    roll_deg: float = 0.0
    width_px: int = 1280
    height_px: int = 720

    @property
    def focal_px(self) -> float:
        """Focal length in pixels: half the width over the tangent of half the field of view."""
        return self.width_px / 2 / tan(radians(self.hfov_deg) / 2)

    @property
    def centre_px(self) -> tuple[float, float]:
        """Principal point (column, row): the middle of the picture."""
        return (self.width_px - 1) / 2, (self.height_px - 1) / 2


@dataclass(frozen=True)
class View:
    """A camera at a place: east_m, north_m of the lens, heading_deg of the vehicle from north."""

    camera: Camera
    east_m: float
    north_m: float
    heading_deg: float

    @cached_property
    def position(self) -> Floats:
        """The lens in world metres, shape (3,)."""
        return np.array([self.east_m, self.north_m, self.camera.height_m])

    @cached_property
    def axes(self) -> Floats:
        """Rows: the camera's right, down and forward as world unit vectors, shape (3, 3)."""
        bearing = radians(self.heading_deg + self.camera.yaw_deg)
        pitch, roll = radians(self.camera.pitch_deg), radians(self.camera.roll_deg)
        level = np.array([sin(bearing), cos(bearing), 0.0])
        right = np.array([cos(bearing), -sin(bearing), 0.0])
        up = np.array([0.0, 0.0, 1.0])
        forward = cos(pitch) * level - sin(pitch) * up
        down = -sin(pitch) * level - cos(pitch) * up
        return np.stack(
            [cos(roll) * right + sin(roll) * down, cos(roll) * down - sin(roll) * right, forward]
        )

    def to_camera(self, points: ArrayLike) -> Floats:
        """World points (..., 3) in camera axes (right, down, forward), metres."""
        local: Floats = (np.asarray(points, dtype=np.float64) - self.position) @ self.axes.T
        return local

    def to_pixels(self, local: Floats) -> Floats:
        """Camera points (..., 3) with forward > 0 as pixels (..., 2)."""
        column, row = self.camera.centre_px
        scale = self.camera.focal_px / local[..., 2]
        return np.stack([column + local[..., 0] * scale, row + local[..., 1] * scale], axis=-1)

    def project(self, points: ArrayLike) -> tuple[Floats, Floats]:
        """World points (..., 3) as pixels (..., 2) and depths (...); depth <= 0 is behind."""
        local = self.to_camera(points)
        depth = local[..., 2]
        safe = np.where(depth > 0, depth, np.nan)
        return self.to_pixels(np.concatenate([local[..., :2], safe[..., None]], axis=-1)), depth

    def rays(self, pixels: ArrayLike) -> Floats:
        """World directions (..., 3) through pixels (..., 2), one metre deep."""
        at = np.asarray(pixels, dtype=np.float64)
        column, row = self.camera.centre_px
        local = np.stack(
            [
                (at[..., 0] - column) / self.camera.focal_px,
                (at[..., 1] - row) / self.camera.focal_px,
                np.ones(at.shape[:-1]),
            ],
            axis=-1,
        )
        world: Floats = local @ self.axes
        return world

    def ground(self, pixels: ArrayLike) -> Floats:
        """Where the rays of pixels (..., 2) meet the ground: (..., 2) metres, nan above it."""
        rays = self.rays(pixels)
        drop = np.where(rays[..., 2] < -1e-9, rays[..., 2], np.nan)
        reach = -self.camera.height_m / drop
        ground: Floats = self.position[:2] + rays[..., :2] * reach[..., None]
        return ground
