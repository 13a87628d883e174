"""Lines of sight of one pass as arrays, and the errors that all of them share.

A pass looks through one camera whose direction is a little wrong. That turns everything that
it reports alike. The error is found from what stands still while the camera passes by, and taken
out, so that the neighbours in a row can be told apart. (Pitch and height are learned from many
drives, `core.seeing.mounting`: one alone mistakes neighbours for them.)
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hazardmap.core.geometry.geodesy import Floats
from hazardmap.core.seeing.locating import BOX_SIGMA
from hazardmap.core.seeing.observation import View
from hazardmap.core.seeing.passes import JITTER_M, heading_sigma_deg
from hazardmap.core.seeing.sightings import Sighting

_SIZE_NOISE: Final = 0.05  # relative, of 1/range by the size of a box
_FEWEST: Final = 4  # sightings from which shared errors can be told
_STEPS: Final = 2
_FARTHEST_MOVE_M: Final = 30.0
_OUTLIER: Final = 9.0  # squared sigmas beyond which a residual belongs to something else

Ints = NDArray[np.int64]


class Lines(NamedTuple):
    """Lines of sight, arrays of shape (n,), camera_m (n, 2): see `sightings.Sighting`.

    bearing_noise, nearness_noise: the part of the variances that differs from frame to frame.
    """

    camera_m: Floats
    bearing_rad: Floats
    nearness: Floats
    bearing_var: Floats
    nearness_var: Floats
    bearing_noise: Floats
    nearness_noise: Floats


class Line(NamedTuple):
    """One of them by single numbers; camera_m: east, north."""

    camera_m: tuple[float, float]
    bearing_rad: float
    nearness: float
    bearing_var: float
    nearness_var: float


def each(some: Lines) -> list[Line]:
    """One by one."""
    columns = some.camera_m, some.bearing_rad, some.nearness, some.bearing_var, some.nearness_var
    return list(map(Line, *(column.tolist() for column in columns)))


def lines(seen: Sequence[Sighting]) -> Lines:
    """The sightings, at least one, as arrays."""
    cameras = [(s.view.camera.hfov_deg, s.view.camera.height_m) for s in seen]
    hfov_deg, height_m = np.array(cameras).T
    pixel_rad = BOX_SIGMA * 2.0 * np.tan(np.radians(hfov_deg) / 2.0)
    nearness = np.array([s.nearness for s in seen])
    bearing_var = np.array([s.bearing_var for s in seen])
    nearness_var = np.array([s.nearness_var for s in seen])
    noise = 2.0 * (pixel_rad / height_m) ** 2 + (_SIZE_NOISE * nearness) ** 2
    return Lines(
        np.array([s.camera_m for s in seen]),
        np.array([s.bearing_rad for s in seen]),
        nearness,
        bearing_var,
        nearness_var,
        np.minimum(pixel_rad**2, bearing_var),
        np.minimum(noise, nearness_var),
    )


def innovations(seen: Lines, places_m: Floats) -> tuple[Floats, Floats]:
    """What n lines say about things supposed at places_m, (m, 2) or (n, 1, 2).

    Returns how far off they are in metres, (n, m, 2), and the covariance of that, (n, m, 2, 2),
    by a filter linearised there (extended Kalman filter in bearing and inverse range; Civera,
    Davison & Montiel 2008).
    """
    sight = places_m - seen.camera_m[:, None]
    sight_e, sight_n = sight[..., 0], sight[..., 1]
    range_m = np.maximum(np.hypot(sight_e, sight_n), 1.0)
    east, north = sight_e / range_m, sight_n / range_m
    squared = range_m**2
    aside_m = range_m * _wrapped(seen.bearing_rad[:, None] - np.arctan2(sight_e, sight_n))
    farther_m = range_m - squared * seen.nearness[:, None]
    across_var = squared * seen.bearing_var[:, None]
    longer = squared**2 * seen.nearness_var[:, None] - across_var
    off_m, cov = np.empty(sight.shape), np.empty((*sight.shape, 2))
    off_m[..., 0] = east * farther_m + north * aside_m
    off_m[..., 1] = north * farther_m - east * aside_m
    cov[..., 0, 0] = east**2 * longer + across_var
    cov[..., 1, 1] = north**2 * longer + across_var
    cov[..., 0, 1] = cov[..., 1, 0] = east * north * longer
    return off_m, cov


def heading_sigma_rad(view: View) -> float:
    """Sigma of the direction of the lens, which all frames of a pass share."""
    return math.radians(math.hypot(heading_sigma_deg(view), view.camera.yaw_sigma_deg))


def turned_right(seen: Lines, label: Ints, places_m: Floats, sigma_rad: float) -> Lines | None:
    """The lines without the error of direction that they share; None where too little tells.

    label: (n,), which of the things at places_m (m, 2) each line is about. sigma_rad: prior of
    the error. It is found by least squares with the places eliminated by Schur's complement,
    robustly (Huber 1964), and so is what the frames differ by more than was expected.
    """
    if len(label) < _FEWEST:
        return None
    turn, turn_var, extra = 0.0, sigma_rad**2, 0.0
    places_m, count = places_m.copy(), len(places_m)
    for _ in range(_STEPS):
        range_m, off, jacobian = _linearised(seen, places_m[label])
        noise = np.column_stack((
            seen.nearness_noise + (JITTER_M / range_m**2) ** 2,
            seen.bearing_noise + (JITTER_M / range_m) ** 2 + extra,
        ))  # fmt: skip
        residuals = off - np.array([0.0, turn])
        weight = 1.0 / noise
        weight = weight / np.maximum(np.abs(residuals) * np.sqrt(weight) / 2.0, 1.0)
        # The normal equations: of each place, and of the turn with it.
        normal = _summed(label, np.einsum("nri,nr,nrj->nij", jacobian, weight, jacobian), count)
        gradient = _summed(label, np.einsum("nri,nr,nr->ni", jacobian, weight, off), count)
        cross = _summed(label, jacobian[:, 1] * weight[:, 1:], count)
        inverse = np.linalg.inv(normal + 1e-6 * np.eye(2))
        # Without the places (Schur's complement) they tell of the turn alone.
        gain = np.einsum("mi,mij->mj", cross, inverse)
        turn_var = 1.0 / (sigma_rad**-2 + weight[:, 1].sum() - float((gain * cross).sum()))
        turn = turn_var * (float(weight[:, 1] @ off[:, 1]) - float((gain * gradient).sum()))
        moved_m = np.einsum("mij,mj->mi", inverse, gradient - cross * turn)
        # What the frames differ by, and by how much more than was expected.
        rest = off[:, 1] - turn - np.einsum("ni,ni->n", jacobian[:, 1], moved_m[label])
        excess = np.minimum(rest**2, _OUTLIER * noise[:, 1]).sum() / max(len(label) - count, 1)
        extra = max(extra + float(excess - noise[:, 1].mean()), 0.0)
        places_m += np.clip(moved_m, -_FARTHEST_MOVE_M, _FARTHEST_MOVE_M)
    if not math.isfinite(turn):
        return None
    return seen._replace(
        bearing_rad=seen.bearing_rad - turn,
        bearing_var=np.minimum(seen.bearing_noise + extra + turn_var, seen.bearing_var),
    )


def _linearised(seen: Lines, places_m: Floats) -> tuple[Floats, Floats, Floats]:
    """What n lines measure, 1/range and bearing, beside what they should, each of its place (n, 2).

    Returns how far the places are, (n,), by how much both are off, (n, 2), and the Jacobian: how
    what should be measured changes with the place, (n, 2, 2).
    """
    sight = places_m - seen.camera_m
    range_m = np.maximum(np.hypot(sight[:, 0], sight[:, 1]), 2.0)
    along = sight / range_m[:, None]
    across = np.column_stack((along[:, 1], -along[:, 0]))
    off = np.column_stack((
        seen.nearness - 1.0 / range_m,
        _wrapped(seen.bearing_rad - np.arctan2(sight[:, 0], sight[:, 1])),
    ))  # fmt: skip
    jacobian = np.stack((-along / range_m[:, None] ** 2, across / range_m[:, None]), axis=1)
    return range_m, off, jacobian


def _summed(label: Ints, values: Floats, count: int) -> Floats:
    """The sums of the values, (n, …), that have a label each: (count, …)."""
    total = np.zeros((count, *values.shape[1:]))
    np.add.at(total, label, values)
    return total


def _wrapped(angle: Floats) -> Floats:
    result: Floats = np.remainder(angle + np.pi, 2 * np.pi) - np.pi
    return result
