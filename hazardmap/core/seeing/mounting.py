"""How a device's camera is mounted, learned from its own drives.

A thing that stands still is seen from several places along the drive. Only one pitch and height of
the camera make its foot, its size and the distance driven agree. Each drive adds what it tells
about pitch, height and yaw as information; the sum is kept with the device, and its next
frames are placed with a better camera (bundle adjustment with the things eliminated by Schur's
complement; Triggs et al., "Bundle adjustment: a modern synthesis", 2000).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hazardmap.core.geometry.geodesy import Floats
from hazardmap.core.kinds import KINDS
from hazardmap.core.seeing.camera import LIMITS, Camera, look
from hazardmap.core.seeing.locating import BOX_SIGMA, EDGE
from hazardmap.core.seeing.passes import JITTER_M, heading_sigma_deg
from hazardmap.core.seeing.sightings import Sighting, Thing

_FARTHEST_M: Final = 30.0  # beyond it a sighting may belong to a neighbour
_FEWEST: Final = 3
_STEPS: Final = 4
_WORTH: Final = 0.25  # things of one drive are not quite independent: share of what they tell
_MISFIT: Final = 3.0  # mean squared residual, in sigmas, above which a thing was mixed up
_PITCH_FLOOR_DEG: Final = 0.3  # what a moving vehicle's suspension does to it
_HEIGHT_FLOOR_M: Final = 0.05
_YAW_FLOOR_DEG: Final = 0.4
_KEPT: Final = 0.97  # of what was known, at each further drive: a mount slips
_MOUNTED_ANEW: Final = 11.34  # 99 % of χ² with 3 degrees of freedom

Row = tuple[float, Floats]


@dataclass(frozen=True, slots=True)
class Mounting:
    """Information about (pitch rad, height m, yaw rad) from all drives of a device so far.

    information: (3, 3), row by row; vector: information @ value. Sums of both are associative:
    drives may be added in any order, up to where each was linearised.
    """

    information: tuple[float, ...] = (0.0,) * 9
    vector: tuple[float, ...] = (0.0,) * 3

    def __add__(self, other: "Mounting") -> "Mounting":
        return Mounting(
            tuple(a + b for a, b in zip(self.information, other.information, strict=True)),
            tuple(a + b for a, b in zip(self.vector, other.vector, strict=True)),
        )

    def after(self, drive: "Mounting", base: Camera) -> "Mounting":
        """What is known after one more drive, of which `drive` is what was learned.

        A drive that contradicts all before it says that the camera was mounted anew: what went
        before is forgotten.
        """
        told, (mean, cov) = _matrix(drive), self._posterior(base)
        off = np.array(drive.vector) - told @ mean
        spread = told @ cov @ told + told
        if float(off @ np.linalg.pinv(spread, hermitian=True) @ off) > _MOUNTED_ANEW:
            return drive
        return drive + Mounting(
            tuple(_KEPT * value for value in self.information),
            tuple(_KEPT * value for value in self.vector),
        )

    def _posterior(self, base: Camera) -> tuple[Floats, Floats]:
        """Mean (3,) and covariance (3, 3); `base` is the prior."""
        prior = np.diag(np.array(_sigmas(base)) ** -2.0)
        cov = np.asarray(np.linalg.inv(prior + _matrix(self)), np.float64)
        mean: Floats = cov @ (prior @ np.array(_values(base)) + np.array(self.vector))
        return mean, cov

    def applied(self, base: Camera) -> Camera:
        """The camera with what was learned; `base` is its prior."""
        (pitch, height_m, yaw), cov = self._posterior(base)
        spread = np.sqrt(np.diag(cov))
        return replace(
            base,
            pitch_deg=_limited("pitch_deg", math.degrees(pitch)),
            height_m=_limited("height_m", float(height_m)),
            yaw_deg=math.remainder(math.degrees(yaw), 360.0),
            pitch_sigma_deg=math.hypot(math.degrees(spread[0]), _PITCH_FLOOR_DEG),
            height_sigma_m=math.hypot(float(spread[1]), _HEIGHT_FLOOR_M),
            yaw_sigma_deg=math.hypot(math.degrees(spread[2]), _YAW_FLOOR_DEG),
        )


def learned(things: Iterable[Thing]) -> Mounting:
    """What the things that one device reported in one pass tell about its camera."""
    information, vector = np.zeros((3, 3)), np.zeros(3)
    heading_var = 0.0
    for thing in things:
        near = [s for s in thing.sightings if s.nearness > 1.0 / _FARTHEST_M]
        if len(near) < _FEWEST:
            continue
        told = _of_thing(near)
        if told is not None:
            information += told[0]
            vector += told[1]
            heading_var = math.radians(heading_sigma_deg(near[0].view)) ** 2
    if heading_var == 0.0:
        return Mounting()
    information, vector = information * _WORTH, vector * _WORTH
    # The heading's error is common to the pass and looks like yaw: σ² more for yaw alone.
    gain = information[:, 2] / (1.0 / heading_var + information[2, 2])
    vector = vector - gain * vector[2]
    information = information - np.outer(gain, information[2])
    return Mounting(tuple(information.ravel().tolist()), tuple(vector.tolist()))


def _of_thing(near: Sequence[Sighting]) -> tuple[Floats, Floats] | None:
    """Information matrix (3, 3) and vector (3,) of one thing, None where it does not fit."""
    camera = near[0].view.camera
    values = np.array(_values(camera))
    closest = max(near, key=lambda s: s.nearness)
    x = np.concatenate((closest.mean_m, [0.0], values))
    prior = np.zeros((6, 6))
    kind = KINDS[closest.observation.kind]
    prior[2, 2] = (kind.height_m / kind.height_sigma_m) ** 2 if kind.height_m else 1.0
    prior[3:, 3:] = np.diag(np.array(_sigmas(camera)) ** -2.0)
    start = x.copy()
    for _ in range(_STEPS):
        residuals, jacobian = _linearised(near, x)
        normal = jacobian.T @ jacobian + prior
        step = np.linalg.solve(normal, -jacobian.T @ residuals - prior @ _free(x - start))
        x = x + step
        if not np.isfinite(x).all() or x[4] <= 0.3 or np.abs(step[:2]).max() > 100.0:
            return None
    residuals, jacobian = _linearised(near, x)
    if float(residuals @ residuals) / (len(residuals) - 2) > _MISFIT:
        return None
    normal = jacobian.T @ jacobian
    normal[2, 2] += prior[2, 2]
    normal[:2, :2] += 1e-9 * np.eye(2)
    cross = normal[3:, :3] @ np.linalg.inv(normal[:3, :3])
    information = normal[3:, 3:] - cross @ normal[:3, 3:]
    gradient = jacobian.T @ residuals
    gradient[2] += prior[2, 2] * x[2]
    vector = information @ x[3:] - (gradient[3:] - cross @ gradient[:3])
    return (information + information.T) / 2.0, vector


def _free(offset: Floats) -> Floats:
    """The place itself has no prior."""
    result = offset.copy()
    result[:2] = 0.0
    return result


def _linearised(near: Sequence[Sighting], x: Floats) -> tuple[Floats, Floats]:
    """Residuals (n,) in sigmas and their Jacobian (n, 6).

    x: place east and north, log of the height over its kind's, pitch, camera height, yaw.
    """
    rows = [row for seen in near for row in _rows(seen, x)]
    return np.array([r for r, _ in rows]), np.array([j for _, j in rows])


def _rows(seen: Sighting, x: Floats) -> list[Row]:
    view, box = seen.view, seen.observation.box
    camera, kind = view.camera, KINDS[seen.observation.kind]
    middle = (box.left + box.right) / 2.0
    foot, head = (look(camera, middle, y, view.aspect) for y in (box.bottom, box.top))
    if foot is None:
        return []
    noise = BOX_SIGMA * 2.0 * math.tan(math.radians(camera.hfov_deg) / 2.0)
    sight = x[:2] - seen.camera_m
    range_m = max(float(np.hypot(*sight)), 2.0)
    along = sight / range_m
    dp, dy = x[3] - math.radians(camera.pitch_deg), x[5] - math.radians(camera.yaw_deg)
    steep = 1.0 + foot.slope**2
    sigma = math.hypot(noise, x[4] / range_m**2 * JITTER_M)
    toward = x[4] / range_m**2 * along
    off = foot.slope + steep * dp - x[4] / range_m
    rows = [_row(off, toward, (0.0, steep, -1.0 / range_m, 0.0), sigma)]
    turn = seen.bearing_rad + dy - math.atan2(sight[0], sight[1])
    aside = np.array([-along[1], along[0]]) / range_m
    sigma = math.hypot(noise, JITTER_M / range_m)
    rows.append(_row(math.remainder(turn, 2 * math.pi), aside, (0.0, 0.0, 0.0, 1.0), sigma))
    if kind.height_m > 0.0 and head is not None and box.top > EDGE:
        spanned = kind.height_m * math.exp(min(max(x[2], -3.0), 3.0)) / range_m
        sigma = math.hypot(math.sqrt(2.0) * noise, spanned / range_m * JITTER_M)
        off = foot.slope - head.slope - spanned
        rows.append(_row(off, spanned / range_m * along, (-spanned, 0.0, 0.0, 0.0), sigma))
    return rows


def _row(off: float, place: Floats, rest: tuple[float, float, float, float], sigma: float) -> Row:
    """rest: derivatives by size, pitch, height and yaw."""
    return off / sigma, np.array([*place.tolist(), *rest]) / sigma


def _limited(name: str, value: float) -> float:
    """The nearest value that a Camera may have."""
    low, high = LIMITS[name]
    return min(max(value, low), high)


def _matrix(mounting: Mounting) -> Floats:
    return np.array(mounting.information).reshape(3, 3)


def _values(camera: Camera) -> tuple[float, float, float]:
    return math.radians(camera.pitch_deg), camera.height_m, math.radians(camera.yaw_deg)


def _sigmas(camera: Camera) -> tuple[float, float, float]:
    return (
        math.radians(max(camera.pitch_sigma_deg, 0.05)),
        max(camera.height_sigma_m, 0.01),
        math.radians(max(camera.yaw_sigma_deg, 0.05)),
    )
