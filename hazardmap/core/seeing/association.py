"""Which sighting is which thing: gating by Mahalanobis distance and one global assignment."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.geodesy import Floats
from hazardmap.core.kinds import FAMILY
from hazardmap.core.seeing.information import Information
from hazardmap.core.seeing.lines import (
    Lines,
    each,
    heading_sigma_rad,
    innovations,
    lines,
    turned_right,
)
from hazardmap.core.seeing.parts import mended
from hazardmap.core.seeing.passes import JITTER_M
from hazardmap.core.seeing.placing import Placed
from hazardmap.core.seeing.sightings import Sighting, Thing

GATE: Final = 9.21  # 99 % of χ² with 2 degrees of freedom
FARTHEST_M: Final = 60.0  # never the same thing, however vague
_FARTHEST_IN_PASS_M: Final = 60.0  # what is vague from afar is seen better by the next frame
_JITTER_M2: Final = JITTER_M**2
_JITTER: Final = np.eye(2) / _JITTER_M2  # as information
_SAME_BOX_IOU: Final = 0.6
_INSIDE: Final = 0.7  # of a part's area lies in the whole …
_SAME_FOOT: Final = 0.15  # … and both end as low, by the height of the whole
_AS_SURE: Final = 0.75  # of the surest part's score; a whole with less does not make two things one
_VAGUEST: Final = 1e6  # finite, above the logarithm of any density


def things(frames: Sequence[Sequence[Sighting]]) -> list[Thing]:
    """The things that a pass reports, from its frames in any order.

    The last frames come first: a camera drives towards what it sees, so each thing is met where
    the camera came nearest, and only then sought in ever vaguer sightings from afar. What the
    camera's errors have in common is found from the first attempt, and the second goes without it.
    Two boxes of one frame are two things, unless their kinds may be confused and they nearly
    coincide, or one is a part of the other that stands as low, as the legs of a barricade that are
    taken for cones: then the detector has named one thing twice or more, and the best name counts.
    Two parts that only a doubtful whole holds together stay two.
    """
    some = sorted((frame for frame in frames if frame), key=_taken, reverse=True)
    singles = [_without_twins(frame) for frame in some]
    if not singles:
        return []
    flat = [pair for frame in singles for pair in frame]
    seen = [sighting for sighting, _ in flat]
    bounds = np.cumsum([0, *(len(frame) for frame in singles)])
    families = np.array([FAMILY[s.observation.kind] for s in seen])
    measured = lines(seen)
    found = _Tracks(measured, families, bounds)
    better = turned_right(measured, found.label, found.mean_m, heading_sigma_rad(seen[0].view))
    if better is not None:
        found = _Tracks(better, families, bounds)
    result = []
    for i in range(len(found.mean_m)):
        members = np.flatnonzero(found.label == i).tolist()
        twins = [twin for j in members for twin in flat[j][1]]
        sightings = [seen[j] for j in members]
        family = str(families[members[0]])
        result.append(Thing(family, found.mean_m[i], found.cov_m2[i], sightings, twins))
    return mended(result)


class _Tracks:
    """Attribution of the lines of a pass, frame by frame, to things that it finds on the way.

    label: (n,) the thing of each line. mean_m (m, 2), cov_m2 (m, 2, 2): the things.
    """

    def __init__(self, seen: Lines, families: NDArray[np.str_], bounds: NDArray[np.int64]) -> None:
        size = len(families)
        self.label = np.zeros(size, np.int64)
        self._seen, self._families = seen, families
        self._sight_m = _sights(seen)
        self._family = np.empty(size, families.dtype)
        self._mean, self._cov = np.zeros((size, 2)), np.zeros((size, 2, 2))
        self._known: list[Information] = []
        for start, end in pairwise(bounds.tolist()):
            self._frame(slice(start, end))

    @property
    def mean_m(self) -> Floats:
        return self._mean[: len(self._known)]

    @property
    def cov_m2(self) -> Floats:
        return self._cov[: len(self._known)]

    def _frame(self, rows: slice) -> None:
        some = Lines(*[column[rows] for column in self._seen])
        label = np.full(len(some.nearness), -1)
        if self._known:
            label, shift_m = self._attributed(some, rows)
            some = Lines(some.camera_m + shift_m, *some[1:])
        fresh = np.flatnonzero(label < 0)
        if len(fresh):
            label[fresh] = len(self._known) + np.arange(len(fresh))
            self._family[label[fresh]] = self._families[rows][fresh]
            ends_m = (some.camera_m + self._sight_m[rows])[fresh]
            self._known += [Information((east, north)) for east, north in ends_m.tolist()]
        self.label[rows] = label
        for i, line in zip(label.tolist(), each(some), strict=True):
            self._known[i].add(line, _JITTER_M2)
            ee, en, nn = self._known[i].cov_m2
            self._mean[i], self._cov[i] = self._known[i].mean_m, ((ee, en), (en, nn))

    def _attributed(self, some: Lines, rows: slice) -> tuple[NDArray[np.int64], Floats]:
        """(thing of each line of a frame or −1, what its position has to be moved by).

        A frame's own position error is common to its lines: it is found from a first assignment,
        and the second goes without it.
        """
        off_m, joint = innovations(some, self.mean_m)
        joint += self.cov_m2
        squared = _mahalanobis2(off_m, joint, _JITTER_M2)
        apart_m = self.mean_m - (some.camera_m + self._sight_m[rows])[:, None]
        possible = self._families[rows, None] == self._family[: len(self._known)]
        possible &= apart_m[..., 0] ** 2 + apart_m[..., 1] ** 2 <= _FARTHEST_IN_PASS_M**2
        possible &= squared < GATE
        vague = _vague_costs(joint, self.mean_m - some.camera_m[:, None], possible)
        pairs = assign(_fits(squared, vague))
        shift_m = np.zeros(2)
        if len(pairs) > 1:
            seen, of = np.array(pairs).T[::-1]
            weight = np.linalg.inv(joint[seen, of])
            left = np.linalg.inv(weight.sum(axis=0) + _JITTER)
            # A thing that is farther east than it seems was seen from farther east.
            shift_m = -left @ np.einsum("nij,nj->i", weight, off_m[seen, of])
            rest_m2 = float(left[0, 0] + left[1, 1]) / 2.0
            pairs = assign(_fits(_mahalanobis2(off_m + shift_m, joint, rest_m2), vague))
        label = np.full(len(some.nearness), -1)
        for thing, row in pairs:
            label[row] = thing
        return label, shift_m


def _sights(seen: Lines) -> Floats:
    """How far the lines reach from their cameras, (n, 2)."""
    along = np.column_stack((np.sin(seen.bearing_rad), np.cos(seen.bearing_rad)))
    sights: Floats = along / seen.nearness[:, None]
    return sights


def _vague_costs(joint: Floats, sight: Floats, possible: NDArray[np.bool_]) -> Floats:
    """ln|S| of the joint covariances of each line (lines, things) against its sharpest possible.

    That is 2·ln of the densities; inf for pairs that cannot be. Without it a thing that could be
    anywhere would fit every sighting best. The densities are those of what is measured, bearing
    and 1/range: a determinant in metres over range⁶. sight: from the cameras to the things.
    """
    determinant = joint[..., 0, 0] * joint[..., 1, 1] - joint[..., 0, 1] ** 2
    size = np.maximum(sight[..., 0] ** 2 + sight[..., 1] ** 2, 1.0) ** 3
    volume = np.where(possible, np.log(determinant / size), np.inf)
    sharpest = volume.min(axis=1, keepdims=True, initial=_VAGUEST)
    cost: Floats = volume - sharpest
    return cost


def _fits(squared: Floats, vague: Floats) -> Floats:
    """(things, lines): squared Mahalanobis distances with their vagueness, inf if too far."""
    return np.where(squared < GATE, squared + vague, np.inf).T


def _taken(frame: Sequence[Sighting]) -> tuple[datetime, UUID]:
    """When, then the id, so that the order is always the same."""
    view = frame[0].view
    return view.captured_at, view.frame_id


def assign(squared: Floats, gate: float = GATE) -> list[tuple[int, int]]:
    """Pairs (row, column) that are the same thing, each row and column at most once.

    squared: squared Mahalanobis distances; inf where a pair cannot be. The sum of (distance² −
    gate) over all pairs within the gate is the least possible (linear_sum_assignment).
    """
    if squared.size == 0:
        return []
    excess = squared - gate
    rows, columns = linear_sum_assignment(np.minimum(excess, 0.0))
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(i, j) for i, j in pairs if excess[i, j] < 0.0]


class Spots(NamedTuple):
    """Many places at once: families (n,), means_m (n, 2), covs_m2 (n, 2, 2)."""

    families: NDArray[np.str_]
    means_m: Floats
    covs_m2: Floats


def spots(placed: Sequence[Placed]) -> Spots:
    """The same as arrays."""
    return Spots(
        np.array([family for family, _, _ in placed], dtype=np.str_),
        np.array([mean_m for _, mean_m, _ in placed]).reshape(-1, 2),
        np.array([cov_m2 for _, _, cov_m2 in placed]).reshape(-1, 2, 2),
    )


def distances(known: Sequence[Placed], new: Sequence[Placed], shared_m2: float | Floats) -> Floats:
    """Squared Mahalanobis distances, shape (known, new); inf for pairs that cannot be.

    shared_m2: variance per axis added to the two covariances of each pair, one or (known, new).
    """
    return spot_distances(spots(known), spots(new), shared_m2)


def spot_distances(known: Spots, new: Spots, shared_m2: float | Floats) -> Floats:
    """The same for arrays; of many sets of new means (sets, n, 2) one of distances for each."""
    off_m = new.means_m[..., None, :, :] - known.means_m[:, None]
    joint = new.covs_m2[None] + known.covs_m2[:, None]
    same = new.families[None] == known.families[:, None]
    possible = same & (off_m[..., 0] ** 2 + off_m[..., 1] ** 2 <= FARTHEST_M**2)
    return np.where(possible, _mahalanobis2(off_m, joint, shared_m2), np.inf)


def _mahalanobis2(off_m: Floats, cov: Floats, shared_m2: float | Floats) -> Floats:
    ee, nn, en = cov[..., 0, 0] + shared_m2, cov[..., 1, 1] + shared_m2, cov[..., 0, 1]
    de, dn = off_m[..., 0], off_m[..., 1]
    squared: Floats = (nn * de**2 - 2.0 * en * de * dn + ee * dn**2) / (ee * nn - en**2)
    return squared


def _without_twins(frame: Sequence[Sighting]) -> list[tuple[Sighting, list[Sighting]]]:
    """Sightings of a frame, best first, each with the lesser boxes around the same thing."""
    kept: list[list[Sighting]] = []
    for seen in sorted(frame, key=lambda s: (-s.observation.score, s.observation.id)):
        around = [i for i, group in enumerate(kept) if any(_is_twin(one, seen) for one in group)]
        if not around:
            kept.append([seen])
            continue
        first, *others = around
        if seen.observation.score >= _AS_SURE * kept[first][0].observation.score:
            for i in reversed(others):  # parts of a whole that is reported after them
                kept[first] += kept.pop(i)
        kept[first].append(seen)
    return [(best, twins) for best, *twins in kept]


def _is_twin(a: Sighting, b: Sighting) -> bool:
    if FAMILY[a.observation.kind] != FAMILY[b.observation.kind]:
        return False
    lesser, larger = sorted((a.observation.box, b.observation.box), key=_area)
    return overlap(lesser, larger) >= _SAME_BOX_IOU or _is_part(lesser, larger)


def _is_part(lesser: Box, larger: Box) -> bool:
    inside = _shared(lesser, larger) >= _INSIDE * _area(lesser) > 0.0
    apart, height = abs(larger.bottom - lesser.bottom), larger.bottom - larger.top
    return inside and apart <= _SAME_FOOT * height


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, 0..1."""
    shared = _shared(a, b)
    return shared / (_area(a) + _area(b) - shared) if shared else 0.0


def _shared(a: Box, b: Box) -> float:
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    return max(width, 0.0) * max(height, 0.0)


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)
