"""Which sighting is which thing: gating by Mahalanobis distance and one global assignment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from hazardmap.core.geodesy import Floats
from hazardmap.core.kinds import KINDS, compatible
from hazardmap.core.observation import Box, Observation, View

GATE: Final = 9.21  # 99 % of χ² with 2 degrees of freedom
FARTHEST_M: Final = 30.0  # never the same thing, however vague
_JITTER_M2: Final = 1.0  # of a position from frame to frame, beside the offset of the pass
_SAME_BIAS: Final = 0.7  # correlation of the placing errors of a pass: pitch, yaw, field of view
_SAME_BOX_IOU: Final = 0.6

FAMILY: Final = {kind: next(k for k in KINDS if compatible(k, kind)) for kind in KINDS}
"""Kind → the first kind that it may be confused with; `compatible` means the same family."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One observation and its frame, in the plane. mean_m: (2,) east, north. cov_m2: (2, 2)."""

    observation: Observation
    view: View
    mean_m: Floats
    cov_m2: Floats


class Thing:
    """What the frames of one pass say about one thing, without the pass's shared offset."""

    def __init__(self, first: Sighting) -> None:
        self.family = FAMILY[first.observation.kind]
        self.sightings: list[Sighting] = []
        self.twins: list[Sighting] = []
        self._information = np.zeros((2, 2))
        self._vector = np.zeros(2)
        self._weights: list[float] = []
        self.add(first)

    def add(self, sighting: Sighting) -> None:
        """Information filter step (Maybeck 1979, section 5.7)."""
        information = np.linalg.inv(sighting.cov_m2 + _JITTER_M2 * np.eye(2))
        self._information += information
        self._vector += information @ sighting.mean_m
        self._weights.append(float(np.trace(information)))
        self.sightings.append(sighting)

    @property
    def mean_m(self) -> Floats:
        return np.asarray(np.linalg.solve(self._information, self._vector), dtype=np.float64)

    @property
    def cov_m2(self) -> Floats:
        """Covariance, with the frames' errors correlated: n frames count as n/(1+(n−1)·0.7)."""
        frames = sum(self._weights) ** 2 / sum(weight**2 for weight in self._weights)
        spread = 1.0 + (frames - 1.0) * _SAME_BIAS
        return np.asarray(np.linalg.inv(self._information) * spread, dtype=np.float64)

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
        pairs = assign(
            [(t.family, t.mean_m, t.cov_m2) for t in found],
            [(FAMILY[s.observation.kind], s.mean_m, s.cov_m2) for s, _ in singles],
            shared_m2=_JITTER_M2,
        )
        thing_of = {j: found[i] for i, j in pairs}
        for j, (sighting, twins) in enumerate(singles):
            thing = thing_of.get(j)
            if thing is None:
                thing = Thing(sighting)
                found.append(thing)
            else:
                thing.add(sighting)
            thing.twins.extend(twins)
    return found


def _vagueness(frame: Sequence[Sighting]) -> tuple[float, list[UUID]]:
    """Smallest variance in a frame, then the ids, so that the order is always the same."""
    variances = [float(np.trace(sighting.cov_m2)) for sighting in frame]
    return min(variances, default=np.inf), sorted(s.observation.id for s in frame)


Placed = tuple[str, Floats, Floats]
"""(family, mean_m, cov_m2) of something that can be assigned."""


def assign(
    known: Sequence[Placed], new: Sequence[Placed], *, shared_m2: float
) -> list[tuple[int, int]]:
    """Pairs (index in known, index in new) that are the same, each index at most once.

    The sum of (Mahalanobis distance² − gate) over all pairs within the gate is least
    (linear_sum_assignment). shared_m2: variance per axis added to the two covariances of a pair.
    """
    if not known or not new:
        return []
    excess = distances(known, new, shared_m2) - GATE
    rows, columns = linear_sum_assignment(np.minimum(excess, 0.0))
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(i, j) for i, j in pairs if excess[i, j] < 0.0]


def distances(
    known: Sequence[Placed], new: Sequence[Placed], shared_m2: float
) -> NDArray[np.float64]:
    """Squared Mahalanobis distances, shape (known, new); inf for pairs that cannot be."""
    diff = np.array([n[1] for n in new])[None, :, :] - np.array([k[1] for k in known])[:, None, :]
    joint = np.array([n[2] for n in new])[None] + np.array([k[2] for k in known])[:, None]
    ee, nn = joint[..., 0, 0] + shared_m2, joint[..., 1, 1] + shared_m2
    en = joint[..., 0, 1]
    de, dn = diff[..., 0], diff[..., 1]
    squared = (nn * de**2 - 2.0 * en * de * dn + ee * dn**2) / (ee * nn - en**2)
    families = np.array([n[0] for n in new])[None, :] == np.array([k[0] for k in known])[:, None]
    possible = families & (np.hypot(de, dn) <= FARTHEST_M)
    return np.where(possible, squared, np.inf)


def _without_twins(frame: Sequence[Sighting]) -> list[tuple[Sighting, list[Sighting]]]:
    """Sightings of a frame, best first, each with the lesser boxes that nearly coincide."""
    kept: list[tuple[Sighting, list[Sighting]]] = []
    for sighting in sorted(frame, key=lambda s: (-s.observation.score, s.observation.id)):
        for better, twins in kept:
            if _is_twin(better.observation, sighting.observation):
                twins.append(sighting)
                break
        else:
            kept.append((sighting, []))
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
