"""From a box in a frame to a place on the ground, with its variance."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from hazardmap.core.geometry.box import Box
from hazardmap.core.kinds import KINDS, Kind
from hazardmap.core.seeing.camera import Camera, Ray, look, project

MAX_RANGE_M: Final = 120.0
BOX_SIGMA: Final = 3.0 / 1280.0  # noise of a box edge, in shares of the frame's width
EDGE: Final = 0.004  # a box this close to the frame's edge is taken to be cut by it
_ROLL_SIGMA_RAD: Final = math.radians(1.0)
_BOARD_SPREAD: Final = 0.3  # relative sigma of the heights of signs' boards
# A range whose inverse has the relative sigma s has the relative variance s² + 8·s⁴.
_SECOND_ORDER: Final = 8.0

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
    if box.bottom >= 1.0 - EDGE:
        return NotLocatable("cut_off")
    middle = (box.left + box.right) / 2.0
    foot = look(camera, middle, box.bottom, aspect)
    estimates = _estimates(foot, box, KINDS[kind], camera, aspect) if foot else []
    if foot is None or not estimates:
        return NotLocatable("above_horizon")
    nearness, variance = _average(estimates)
    if _may_be_too_far(nearness, variance):
        return NotLocatable("too_far")
    range_m = max(1.0 / nearness, 1.0)
    spread = range_m * math.sqrt(variance)  # relative
    along_m = range_m * spread * math.sqrt(1.0 + _SECOND_ORDER * spread**2)
    cut_aside = box.left < EDGE or box.right > 1.0 - EDGE
    across_m = range_m * _bearing_sigma(foot, camera, (box.right - box.left) / 4 * cut_aside)
    return Located(foot.bearing_deg, range_m, along_m**2 + 0.01, across_m**2 + 0.01)


def nearness_spread2(range_spread2: float) -> float:
    """Relative variance of 1/range, of that of a range which `locate` has made of it."""
    return (math.sqrt(1.0 + 4.0 * _SECOND_ORDER * range_spread2) - 1.0) / (2.0 * _SECOND_ORDER)


@lru_cache(maxsize=4096)
def reach_m(kind: str, camera: Camera, aspect: float) -> float:
    """How far off a thing of this kind, straight before the lens, is still no `too_far`, to half a
    metre; at most the range of its kind. No frame reports what is farther."""
    near, far = 0.0, KINDS[kind].range_m
    if _in_reach(far, kind, camera, aspect):
        return far
    while far - near > 0.5:
        middle = (near + far) / 2.0
        near, far = (middle, far) if _in_reach(middle, kind, camera, aspect) else (near, middle)
    return near


def _in_reach(range_m: float, kind: str, camera: Camera, aspect: float) -> bool:
    size, bearing_deg = KINDS[kind], camera.yaw_deg
    foot = project(camera, bearing_deg, range_m, 0.0, aspect)
    head = project(camera, bearing_deg, range_m, size.height_m, aspect)
    if foot is None or head is None:
        return False
    box = Box(foot[0], head[1], foot[0], foot[1])
    ray = Ray(bearing_deg, camera.height_m / range_m)
    estimates = _estimates(ray, box, size, camera, aspect)
    return bool(estimates) and not _may_be_too_far(*_average(estimates))


@lru_cache(maxsize=4096)
def framed_m(camera: Camera, aspect: float) -> tuple[float, float]:
    """From how far to how far before the lens the road is in the frame, in the middle of it.

    What stands nearer has its foot below the frame (`cut_off`), what stands farther above it.
    """
    lowest, highest = (look(camera, 0.5, y, aspect) for y in (1.0 - EDGE, 0.0))
    near_m = camera.height_m / lowest.slope if lowest and lowest.slope > 0.0 else math.inf
    far_m = camera.height_m / highest.slope if highest and highest.slope > 0.0 else math.inf
    return (near_m if lowest else 0.0), far_m


def _may_be_too_far(nearness: float, variance: float) -> bool:
    return nearness - math.sqrt(variance) < 1.0 / MAX_RANGE_M


def _estimates(
    foot: Ray, box: Box, size: Kind, camera: Camera, aspect: float
) -> list[tuple[float, float]]:
    """(1/range, its variance) by each thing that tells it; none for what stands in the air, or
    hangs there and is too near overhead for its height to tell anything.

    What may hang does so where its foot is not below the horizon, or seems two sigma farther away
    than its height.
    """
    by_foot = [_by_foot(foot, camera)] if foot.slope > 0.0 else []
    if box.top <= EDGE or size.height_m <= 0.0:
        return by_foot
    by_height = _by_height(foot, box, (size.height_m, size.height_sigma_m), camera, aspect)
    if size.board_m > 0.0 and not (by_foot and _agree(by_foot[0], by_height)):
        board = size.board_m, _BOARD_SPREAD * size.board_m
        by_board = _by_height(foot, box, board, camera, aspect)
        return [by_board] if by_board[1] < math.inf else []
    return [*by_foot, by_height] if by_foot else []


def _agree(foot: tuple[float, float], height: tuple[float, float]) -> bool:
    return height[0] - foot[0] <= 2.0 * math.sqrt(height[1] + foot[1])


def _check(box: Box, aspect: float) -> None:
    if not all(-0.01 <= side <= 1.01 for side in box.sides()):
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
    off_axis = math.radians(foot.bearing_deg - camera.yaw_deg)
    from_axis = foot.slope - math.tan(math.radians(camera.pitch_deg))
    slope_sigma = math.hypot(
        (1.0 + foot.slope**2) * math.radians(camera.pitch_sigma_deg),
        BOX_SIGMA / camera.focal,
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
    spread = math.hypot(
        sigma_m / height_m,
        math.sqrt(2.0) * BOX_SIGMA / (camera.focal * span),
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
    off_axis = math.radians(foot.bearing_deg - camera.yaw_deg)
    return math.hypot(
        math.radians(camera.yaw_sigma_deg),
        math.hypot(BOX_SIGMA, cut_share) / camera.focal,
        math.sin(off_axis) * math.cos(off_axis) * _focal_spread(camera),
        foot.slope * _ROLL_SIGMA_RAD,
    )
