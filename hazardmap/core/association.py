"""Which sighting is which thing: gating by Mahalanobis distance and one global assignment."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
from scipy.optimize import linear_sum_assignment

from hazardmap.core.box import Box
from hazardmap.core.geodesy import Floats
from hazardmap.core.kinds import KINDS, compatible
from hazardmap.core.observation import Observation, View

GATE: Final = 9.21  # 99 % of χ² with 2 degrees of freedom
FARTHEST_M: Final = 60.0  # never the same thing, however vague
_FARTHEST_IN_PASS_M: Final = 60.0  # what is vague from afar is seen better by the next frame
_JITTER_M2: Final = 1.0  # of a position from frame to frame, beside the offset of the pass
_SAME_BIAS: Final = 0.7  # correlation of the placing errors of a pass: pitch, yaw, field of view
_SAME_BOX_IOU: Final = 0.6

FAMILY: Final = {kind: next(k for k in KINDS if compatible(k, kind)) for kind in KINDS}
"""Kind → the first kind that it may be confused with; `compatible` means the same family."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One observation and its frame, in the plane.

    mean_m: (2,) east, north; cov_m2: (2, 2). The same as the camera measured it: camera_m: (2,);
    bearing_rad; nearness: 1/range; and the variances of these two, whose errors are nearly
    Gaussian where those of a distant place are not.
    """

    observation: Observation
    view: View
    mean_m: Floats
    cov_m2: Floats
    camera_m: Floats
    bearing_rad: float
    nearness: float
    bearing_var: float
    nearness_var: float


def sighting(
    observation: Observation, view: View, mean_m: Floats, cov_m2: Floats, camera_m: Floats
) -> Sighting:
    """Undo what `camera.locate` did to the variance of 1/range: relative variance x² + 8·x⁴."""
    (ee, en), (_, nn) = cov_m2.tolist()
    sight_e, sight_n = (mean_m - camera_m).tolist()
    range_m = max(math.hypot(sight_e, sight_n), 1.0)
    east, north = sight_e / range_m, sight_n / range_m
    along_m2 = east * east * ee + 2.0 * east * north * en + north * north * nn
    across_m2 = north * north * ee - 2.0 * east * north * en + east * east * nn
    relative = max(along_m2, 0.01) / range_m**2
    linear = (math.sqrt(1.0 + 32.0 * relative) - 1.0) / 16.0
    return Sighting(
        observation=observation,
        view=view,
        mean_m=mean_m,
        cov_m2=cov_m2,
        camera_m=camera_m,
        bearing_rad=math.atan2(sight_e, sight_n),
        nearness=1.0 / range_m,
        bearing_var=max(across_m2, 0.01) / range_m**2,
        nearness_var=linear / range_m**2,
    )


def innovations(seen: Sequence[Sighting], places_m: Floats) -> tuple[Floats, Floats]:
    """What sightings say about things supposed at places_m (n, 2), by filters linearised there.

    Returns how far off they are in metres, (sightings, n, 2), and the covariance of that,
    (sightings, n, 2, 2) (extended Kalman filter in bearing and inverse range; Civera, Davison &
    Montiel 2008).
    """
    cameras = np.array([one.camera_m for one in seen])
    told = np.array([(s.bearing_rad, s.nearness, s.nearness_var, s.bearing_var) for s in seen])
    bearing, nearness, nearness_var, bearing_var = told.T[:, :, None]
    sight = places_m[None] - cameras[:, None]
    range_m = np.maximum(np.hypot(sight[..., 0], sight[..., 1]), 1.0)
    east, north = sight[..., 0] / range_m, sight[..., 1] / range_m
    turn = bearing - np.arctan2(sight[..., 0], sight[..., 1])
    aside_m = range_m * (np.remainder(turn + np.pi, 2 * np.pi) - np.pi)
    farther_m = range_m - range_m**2 * nearness
    off_m = np.stack((east * farther_m + north * aside_m, north * farther_m - east * aside_m), -1)
    along_var, across_var = range_m**4 * nearness_var, range_m**2 * bearing_var
    ee, nn = (
        east**2 * along_var + north**2 * across_var,
        north**2 * along_var + east**2 * across_var,
    )
    en = east * north * (along_var - across_var)
    return off_m, np.stack((ee, en, en, nn), -1).reshape(*range_m.shape, 2, 2)


Vector = tuple[float, float]
Symmetric = tuple[float, float, float]
"""A symmetric 2 x 2 matrix: [[0], [1]], [[1], [2]]."""


def _innovation(seen: Sighting, east_m: float, north_m: float) -> tuple[Vector, Symmetric]:
    """`innovations` for one place."""
    camera_e, camera_n = seen.camera_m.tolist()
    sight_e, sight_n = east_m - camera_e, north_m - camera_n
    range_m = max(math.hypot(sight_e, sight_n), 1.0)
    along_e, along_n = sight_e / range_m, sight_n / range_m
    turn = math.remainder(seen.bearing_rad - math.atan2(sight_e, sight_n), 2 * math.pi)
    farther_m, aside_m = range_m - range_m**2 * seen.nearness, range_m * turn
    off = along_e * farther_m + along_n * aside_m, along_n * farther_m - along_e * aside_m
    along_var, across_var = range_m**4 * seen.nearness_var, range_m**2 * seen.bearing_var
    return off, (
        along_e**2 * along_var + along_n**2 * across_var,
        along_e * along_n * (along_var - across_var),
        along_n**2 * along_var + along_e**2 * across_var,
    )


def _inverse(a: float, b: float, d: float) -> Symmetric:
    determinant = a * d - b * b
    return d / determinant, -b / determinant, a / determinant


def _times(matrix: Symmetric, x: float, y: float) -> Vector:
    a, b, d = matrix
    return a * x + b * y, b * x + d * y


def _sum3(one: Symmetric, other: Symmetric) -> Symmetric:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


class Thing:
    """What the frames of one pass say about one thing, without the pass's shared offset.

    mean_m: (2,). cov_m2: (2, 2); the frames' errors are correlated, so that n frames of equal
    weight count as n / (1 + (n−1)·0.7).
    """

    def __init__(self, first: Sighting) -> None:
        self.family = FAMILY[first.observation.kind]
        self.sightings = [first]
        self.twins: list[Sighting] = []
        self.mean_m = first.mean_m
        self.cov_m2 = first.cov_m2 + _JITTER_M2 * np.eye(2)
        (ee, en), (_, nn) = self.cov_m2.tolist()
        self._information = _inverse(ee, en, nn)
        east_m, north_m = self.mean_m.tolist()
        self._vector = _times(self._information, east_m, north_m)
        weight = self._information[0] + self._information[2]
        self._weight, self._squares = weight, weight**2

    def add(self, seen: Sighting) -> None:
        """Information filter step (Maybeck 1979, section 5.7), linearised at the estimate.

        By single numbers: for two dimensions arrays take ten times as long.
        """
        east_m, north_m = self.mean_m.tolist()
        (off_e, off_n), (ee, en, nn) = _innovation(seen, east_m, north_m)
        told = _inverse(ee + _JITTER_M2, en, nn + _JITTER_M2)
        vector = _times(told, east_m + off_e, north_m + off_n)
        self._information = (a, b, d) = _sum3(self._information, told)
        self._vector = (self._vector[0] + vector[0], self._vector[1] + vector[1])
        self._weight += told[0] + told[2]
        self._squares += (told[0] + told[2]) ** 2
        self.sightings.append(seen)
        frames = self._weight**2 / self._squares
        ee, en, nn = _inverse(a, b, d)
        self.mean_m = np.array(_times((ee, en, nn), *self._vector))
        self.cov_m2 = np.array(((ee, en), (en, nn))) * (1.0 + (frames - 1.0) * _SAME_BIAS)

    @property
    def best(self) -> Observation:
        """The report with the highest score; of equal ones, the one with the smallest id."""
        return min((s.observation for s in self.sightings), key=lambda o: (-o.score, o.id))

    @property
    def observations(self) -> list[Observation]:
        """Everything that was reported about it, second boxes around it included."""
        return [s.observation for s in (*self.sightings, *self.twins)]


def things(frames: Sequence[Sequence[Sighting]]) -> list[Thing]:
    """The things that a pass reports, from its frames in any order.

    The frames that place their sightings best come first, so that things are told apart before
    vague sightings from afar have to be attributed.
    Two boxes of one frame are two things, unless they nearly coincide and their kinds may be
    confused: then the detector has named one thing twice, and the better name counts.
    """
    found: list[Thing] = []
    for frame in sorted(frames, key=_vagueness):
        singles = _without_twins(frame)
        pairs = assign(_distances_in_pass(found, [seen for seen, _ in singles]))
        thing_of = {j: found[i] for i, j in pairs}
        for j, (seen, twins) in enumerate(singles):
            thing = thing_of.get(j)
            if thing is None:
                thing = Thing(seen)
                found.append(thing)
            else:
                thing.add(seen)
            thing.twins.extend(twins)
    return found


def _vagueness(frame: Sequence[Sighting]) -> tuple[float, list[UUID]]:
    """Smallest variance in a frame, then the ids, so that the order is always the same."""
    variances = [float(np.trace(seen.cov_m2)) for seen in frame]
    return min(variances, default=np.inf), sorted(s.observation.id for s in frame)


Placed = tuple[str, Floats, Floats]
"""(family, mean_m, cov_m2) of something that can be assigned."""


def assign(squared: Floats) -> list[tuple[int, int]]:
    """Pairs (row, column) that are the same thing, each row and column at most once.

    squared: squared Mahalanobis distances; inf where a pair cannot be. The sum of (distance² −
    gate) over all pairs within the gate is the least possible (linear_sum_assignment).
    """
    if squared.size == 0:
        return []
    excess = squared - GATE
    rows, columns = linear_sum_assignment(np.minimum(excess, 0.0))
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(i, j) for i, j in pairs if excess[i, j] < 0.0]


def distances(known: Sequence[Placed], new: Sequence[Placed], shared_m2: float) -> Floats:
    """Squared Mahalanobis distances, shape (known, new); inf for pairs that cannot be.

    shared_m2: variance per axis added to the two covariances of each pair.
    """
    if not known or not new:
        return np.empty((len(known), len(new)))
    off_m = np.array([n[1] for n in new])[None, :, :] - np.array([k[1] for k in known])[:, None, :]
    joint = np.array([n[2] for n in new])[None] + np.array([k[2] for k in known])[:, None]
    families = np.array([n[0] for n in new])[None, :] == np.array([k[0] for k in known])[:, None]
    possible = families & (np.hypot(off_m[..., 0], off_m[..., 1]) <= FARTHEST_M)
    return np.where(possible, _mahalanobis2(off_m, joint, shared_m2), np.inf)


def _distances_in_pass(found: Sequence[Thing], seen: Sequence[Sighting]) -> Floats:
    """The same between the things found so far and the sightings of one more frame."""
    if not found or not seen:
        return np.empty((len(found), len(seen)))
    means = np.array([thing.mean_m for thing in found])
    covs = np.array([thing.cov_m2 for thing in found])
    families = np.array([thing.family for thing in found])
    off_m, cov = innovations(seen, means)
    places = np.array([one.mean_m for one in seen])
    possible = families == np.array([FAMILY[one.observation.kind] for one in seen])[:, None]
    apart_m = means[None] - places[:, None]
    possible &= np.hypot(apart_m[..., 0], apart_m[..., 1]) <= _FARTHEST_IN_PASS_M
    joint = cov + covs
    squared = np.where(possible, _mahalanobis2(off_m, joint, _JITTER_M2), np.inf)
    result: Floats = np.where(squared < GATE, squared + _vagueness_cost(joint), np.inf).T
    return result


def _vagueness_cost(joint: Floats) -> Floats:
    """ln|S| of the joint covariances of each sighting against its sharpest: 2·ln of the densities.

    Without it a thing that could be anywhere would fit every sighting best.
    """
    volume = joint[..., 0, 0] * joint[..., 1, 1] - joint[..., 0, 1] ** 2
    cost: Floats = np.log(volume / volume.min(axis=-1, keepdims=True))
    return cost


def _mahalanobis2(off_m: Floats, cov: Floats, shared_m2: float) -> Floats:
    ee, nn, en = cov[..., 0, 0] + shared_m2, cov[..., 1, 1] + shared_m2, cov[..., 0, 1]
    de, dn = off_m[..., 0], off_m[..., 1]
    squared: Floats = (nn * de**2 - 2.0 * en * de * dn + ee * dn**2) / (ee * nn - en**2)
    return squared


def _without_twins(frame: Sequence[Sighting]) -> list[tuple[Sighting, list[Sighting]]]:
    """Sightings of a frame, best first, each with the lesser boxes that nearly coincide."""
    kept: list[tuple[Sighting, list[Sighting]]] = []
    for seen in sorted(frame, key=lambda s: (-s.observation.score, s.observation.id)):
        for better, twins in kept:
            if _is_twin(better.observation, seen.observation):
                twins.append(seen)
                break
        else:
            kept.append((seen, []))
    return kept


def _is_twin(a: Observation, b: Observation) -> bool:
    return FAMILY[a.kind] == FAMILY[b.kind] and overlap(a.box, b.box) >= _SAME_BOX_IOU


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, 0..1."""
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    if width <= 0.0 or height <= 0.0:
        return 0.0
    shared = width * height
    areas = (a.right - a.left) * (a.bottom - a.top) + (b.right - b.left) * (b.bottom - b.top)
    return shared / (areas - shared)
