"""Pinhole camera on a moving vehicle: from a point of a frame to where it looks, and back.

Level axes are forward (direction of travel), right and down. Frame coordinates are shares of the
width and height, origin top left. Most phones and dashcams remove the distortion of their lens;
for those that do not it is undone by its first radial term (Brown, "Close-range camera
calibration", 1971).
"""

import math
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a camera is mounted and what it sees.

    hfov_deg: horizontal field of view, 20..170. height_m: lens above the road, 0.3..5.
    pitch_deg: down is positive. roll_deg: clockwise is positive. yaw_deg: of the lens against
    the direction of travel, right is positive. distortion: k₁, -0.4..0.4; what a pinhole would show
    r focal lengths from the middle is shown at r·(1 + k₁·r²), a barrel has k₁ < 0; hfov_deg is that
    of the pinhole. *_sigma_*: one standard deviation of each.
    Raises ValueError on anything else.
    """

    hfov_deg: float = 75.0
    height_m: float = 1.4
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    yaw_deg: float = 0.0
    hfov_sigma_deg: float = 8.0
    height_sigma_m: float = 0.2
    pitch_sigma_deg: float = 2.0
    yaw_sigma_deg: float = 2.0
    distortion: float = 0.0

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:  # also catches NaN
                raise ValueError(f"{name} is {value}, not within {low}..{high}")

    @property
    def focal(self) -> float:
        """Focal length in widths of the frame."""
        return 0.5 / math.tan(math.radians(self.hfov_deg) / 2.0)


LIMITS: Final = {
    "hfov_deg": (20.0, 170.0),
    "height_m": (0.3, 5.0),
    "pitch_deg": (-60.0, 60.0),
    "roll_deg": (-60.0, 60.0),
    "yaw_deg": (-180.0, 180.0),
    "hfov_sigma_deg": (0.0, 60.0),
    "height_sigma_m": (0.0, 3.0),
    "pitch_sigma_deg": (0.0, 45.0),
    "yaw_sigma_deg": (0.0, 90.0),
    "distortion": (-0.4, 0.4),
}

DEFAULT_CAMERA: Final = Camera()
# What a phone or dashcam states as its heading is about this good.
STATED_HEADING_SIGMA_DEG: Final = 4.0
# Surer than the default, but a video often shows less than the whole picture.
STATED_HFOV_SIGMA_DEG: Final = 4.0
_NEWTON_STEPS: Final = 30  # many only at the very rim


@dataclass(frozen=True, slots=True)
class Ray:
    """Where a pixel looks: bearing_deg against the direction of travel, right is positive, and
    slope: metres down per metre along the ground (≤ 0 at and above the horizon)."""

    bearing_deg: float
    slope: float


def look(camera: Camera, x: float, y: float, aspect: float) -> Ray | None:
    """The ray through frame point (x, y); None if it points behind the vehicle or nowhere.

    aspect: width / height of the frame. Standard pinhole: roll about the lens axis, then pitch,
    then yaw (Hartley & Zisserman, Multiple View Geometry, chapter 6).
    """
    focal = camera.focal
    straight = _undistorted((x - 0.5) / focal, (y - 0.5) / (focal * aspect), camera.distortion)
    if straight is None:
        return None
    across, below = straight
    roll, pitch = math.radians(camera.roll_deg), math.radians(camera.pitch_deg)
    right = across * math.cos(roll) - below * math.sin(roll)
    down = across * math.sin(roll) + below * math.cos(roll)
    forward = math.cos(pitch) - down * math.sin(pitch)
    down = math.sin(pitch) + down * math.cos(pitch)
    if forward <= 0.0:
        return None
    bearing_deg = math.degrees(math.atan2(right, forward)) + camera.yaw_deg
    return Ray(bearing_deg, down / math.hypot(forward, right))


def project(
    camera: Camera, bearing_deg: float, range_m: float, above_m: float, aspect: float
) -> tuple[float, float] | None:
    """Frame point (x, y) of something `above_m` over the road; None if no lens shows it.

    bearing_deg: against the direction of travel. range_m: along the ground, > 0. The point may
    lie outside the frame. `look` is the inverse.
    """
    bearing = math.radians(bearing_deg - camera.yaw_deg)
    forward, right = range_m * math.cos(bearing), range_m * math.sin(bearing)
    down = camera.height_m - above_m
    roll, pitch = math.radians(camera.roll_deg), math.radians(camera.pitch_deg)
    depth = forward * math.cos(pitch) + down * math.sin(pitch)
    if depth <= 1e-6:
        return None
    down = down * math.cos(pitch) - forward * math.sin(pitch)
    across = right * math.cos(roll) + down * math.sin(roll)
    below = down * math.cos(roll) - right * math.sin(roll)
    across, below = across / depth, below / depth
    squared = across**2 + below**2
    if 1.0 + 3.0 * camera.distortion * squared <= 0.0:
        return None  # a barrel shows nothing beyond its rim
    focal = camera.focal * (1.0 + camera.distortion * squared)
    return 0.5 + focal * across, 0.5 + focal * aspect * below


def _undistorted(across: float, below: float, k1: float) -> tuple[float, float] | None:
    """What a pinhole would show, in focal lengths; None beyond the rim of a barrel.

    Solves r·(1 + k₁·r²) = r' by Newton's steps, which from r' = 0 on stay on one side of the root.
    """
    shown = math.hypot(across, below)
    if k1 == 0.0 or shown == 0.0:
        return across, below
    if k1 < 0.0 and shown >= 2.0 / 3.0 / math.sqrt(-3.0 * k1):
        return None
    r = 0.0 if k1 < 0.0 else shown
    for _ in range(_NEWTON_STEPS):
        r -= (r * (1.0 + k1 * r * r) - shown) / (1.0 + 3.0 * k1 * r * r)
    return across * r / shown, below * r / shown
