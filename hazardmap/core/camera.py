"""Pinhole camera on a moving vehicle: from a box in a frame to a place on the ground.

Level axes are forward (direction of travel), right and down. Frame coordinates are shares of the
width and height, origin top left. Most phones and dashcams remove the distortion of their lens;
for those that do not it is undone by its first radial term (Brown, "Close-range camera
calibration", 1971).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from hazardmap.core.kinds import KINDS, Kind

if TYPE_CHECKING:  # observation.py needs Camera
    from hazardmap.core.box import Box


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
        for name, (low, high) in _LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:  # also catches NaN
                raise ValueError(f"{name} is {value}, not within {low}..{high}")


_LIMITS: Final = {
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


MAX_RANGE_M: Final = 120.0
BOX_SIGMA: Final = 3.0 / 1280.0  # noise of a box edge, in shares of the frame's width
_ROLL_SIGMA_RAD: Final = math.radians(1.0)
_NEWTON_STEPS: Final = 30  # many only at the very rim
_BOARD_SPREAD: Final = 0.3  # relative sigma of the heights of signs' boards
_EDGE: Final = 0.004  # a box this close to the frame's edge is taken to be cut by it

Reason = Literal["above_horizon", "too_far", "cut_off", "no_heading"]


@dataclass(frozen=True, slots=True)
class NotLocatable:
    """Why a detection has no place on the ground. It stays a detection."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Located:
    """Where a thing stands, seen from the camera.

    bearing_deg: against the direction of travel, right is positive. range_m: along the ground,
    0 < range_m <= 120. var_along_m2, var_across_m2: variances on and across the line of sight,
    from box noise and the sigmas of the camera; the vehicle's heading and position are not in it.
    """

    bearing_deg: float
    range_m: float
    var_along_m2: float
    var_across_m2: float


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
    focal = 0.5 / math.tan(math.radians(camera.hfov_deg) / 2.0)
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
    focal = 0.5 / math.tan(math.radians(camera.hfov_deg) / 2.0)
    focal *= 1.0 + camera.distortion * squared
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


def locate(box: Box, kind: str, camera: Camera, aspect: float) -> Located | NotLocatable:
    """Place on the ground of the thing in a box, by its foot and by its known height.

    The foot (middle of the lower edge) gives 1/range = slope / camera height; a thing of height
    H whose box spans the angle γ gives 1/range ≈ tan γ / H. Both are nearly linear, with
    nearly Gaussian errors, in 1/range, so they are averaged there by inverse variance; if they
    disagree the variance grows by their χ² (Birge 1932). A box that touches the lower edge of the
    frame has neither a foot nor a height: `cut_off`. One that touches the upper edge is placed by
    its foot alone, and a sign whose foot is not on the road by its height. What may well (one
    sigma) stand beyond 120 m is `too_far`.

    aspect: width / height of the frame, > 0. Raises KeyError on an unknown kind, ValueError on
    an impossible box or aspect.
    """
    _check(box, aspect)
    if box.bottom >= 1.0 - _EDGE:
        return NotLocatable("cut_off")
    middle = (box.left + box.right) / 2.0
    foot = look(camera, middle, box.bottom, aspect)
    estimates = _estimates(foot, box, KINDS[kind], camera, aspect) if foot else []
    if foot is None or not estimates:
        return NotLocatable("above_horizon")
    nearness, variance = _average(estimates)
    if nearness - math.sqrt(variance) < 1.0 / MAX_RANGE_M:
        return NotLocatable("too_far")
    range_m = max(1.0 / nearness, 1.0)
    spread = range_m * math.sqrt(variance)  # relative; of 1/range, hence the second-order term
    along_m = range_m * spread * math.sqrt(1.0 + 8.0 * spread**2)
    cut_aside = box.left < _EDGE or box.right > 1.0 - _EDGE
    across_m = range_m * _bearing_sigma(foot, camera, (box.right - box.left) / 4 * cut_aside)
    return Located(foot.bearing_deg, range_m, along_m**2 + 0.01, across_m**2 + 0.01)


def _estimates(
    foot: Ray, box: Box, size: Kind, camera: Camera, aspect: float
) -> list[tuple[float, float]]:
    """(1/range, its variance) by each thing that tells it; none for what stands in the air.

    What may hang does so where its foot is not below the horizon, or seems two sigma farther away
    than its height.
    """
    by_foot = [_by_foot(foot, camera)] if foot.slope > 0.0 else []
    if box.top <= _EDGE or size.height_m <= 0.0:
        return by_foot
    by_height = _by_height(foot, box, (size.height_m, size.height_sigma_m), camera, aspect)
    if size.board_m > 0.0 and not (by_foot and _agree(by_foot[0], by_height)):
        board = size.board_m, _BOARD_SPREAD * size.board_m
        return [_by_height(foot, box, board, camera, aspect)]
    return [*by_foot, by_height] if by_foot else []


def _agree(foot: tuple[float, float], height: tuple[float, float]) -> bool:
    return height[0] - foot[0] <= 2.0 * math.sqrt(height[1] + foot[1])


def _check(box: Box, aspect: float) -> None:
    edges = (box.left, box.top, box.right, box.bottom)
    if not all(-0.01 <= edge <= 1.01 for edge in edges):
        raise ValueError(f"a box lies outside its frame: {box}")
    if box.left >= box.right or box.top >= box.bottom:
        raise ValueError(f"a box is empty: {box}")
    if not 0.0 < aspect < math.inf:
        raise ValueError(f"not the aspect of a frame: {aspect}")


def _focal_spread(camera: Camera) -> float:
    """Relative sigma of the focal length, from that of the field of view."""
    return math.radians(camera.hfov_sigma_deg) / math.sin(math.radians(camera.hfov_deg))


def _by_foot(foot: Ray, camera: Camera) -> tuple[float, float]:
    """(1/range, its variance) of the point where the foot's ray meets the road."""
    focal = 0.5 / math.tan(math.radians(camera.hfov_deg) / 2.0)
    off_axis = math.radians(foot.bearing_deg - camera.yaw_deg)
    from_axis = foot.slope - math.tan(math.radians(camera.pitch_deg))
    slope_sigma = math.hypot(
        (1.0 + foot.slope**2) * math.radians(camera.pitch_sigma_deg),
        BOX_SIGMA / focal,
        from_axis * _focal_spread(camera),
        math.sin(off_axis) * _ROLL_SIGMA_RAD,
    )
    nearness = foot.slope / camera.height_m
    sigma = math.hypot(
        slope_sigma / camera.height_m, nearness * camera.height_sigma_m / camera.height_m
    )
    return nearness, sigma**2


def _by_height(
    foot: Ray, box: Box, height: tuple[float, float], camera: Camera, aspect: float
) -> tuple[float, float]:
    """(1/range, its variance) of an upright thing that spans the box. height: and its sigma, m."""
    height_m, sigma_m = height
    head = look(camera, (box.left + box.right) / 2.0, box.top, aspect)
    span = foot.slope - head.slope if head else math.inf
    if not 0.0 < span < 4.0:  # nearly overhead: the height tells nothing
        return 0.0, math.inf
    nearness = span / height_m
    focal = 0.5 / math.tan(math.radians(camera.hfov_deg) / 2.0)
    spread = math.hypot(
        sigma_m / height_m,
        math.sqrt(2.0) * BOX_SIGMA / (focal * span),
        _focal_spread(camera),
    )
    return nearness, (nearness * spread) ** 2


def _average(estimates: list[tuple[float, float]]) -> tuple[float, float]:
    """Mean by inverse variance and its variance, widened where the estimates disagree."""
    weight = sum(1.0 / variance for _, variance in estimates)
    mean = sum(value / variance for value, variance in estimates) / weight
    chi2 = sum((value - mean) ** 2 / variance for value, variance in estimates)
    return mean, max(1.0, chi2) / weight


def _bearing_sigma(foot: Ray, camera: Camera, cut_share: float) -> float:
    """Sigma of the bearing in radians. cut_share: how far the true middle may be off."""
    focal = 0.5 / math.tan(math.radians(camera.hfov_deg) / 2.0)
    off_axis = math.radians(foot.bearing_deg - camera.yaw_deg)
    return math.hypot(
        math.radians(camera.yaw_sigma_deg),
        math.hypot(BOX_SIGMA, cut_share) / focal,
        math.sin(off_axis) * math.cos(off_axis) * _focal_spread(camera),
        foot.slope * _ROLL_SIGMA_RAD,
    )
