"""The position error that all sightings of one pass share, found together with what they match.

A receiver that is 8 m off shifts a whole row of cones by 8 m. Taken one by one, each cone would
be given to its neighbour; taken together, only one shift makes all of them fit.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hazardmap.core.geometry.geodesy import Floats
from hazardmap.core.geometry.linking import pairwise_m, parted
from hazardmap.core.seeing.association import (
    FARTHEST_M,
    Spots,
    assign,
    spot_distances,
    spots,
)
from hazardmap.core.seeing.placing import Placed

GATE: Final = 13.8
"""99.9 % of χ² with 2 degrees of freedom: one pass in a thousand doubles a hazard by its error."""

_DEAREST: Final = GATE - 1e-3
_ANCHORS: Final = 3  # sightings whose possible partners suggest shifts: the sharpest ones
_AT_ONCE: Final = 16  # shifts, which bounds the memory that a crowd takes

Pairs = list[tuple[int, int]]


class Matched(NamedTuple):
    """pairs: (index in known, index in new) of what is the same thing. squared: (known, new),
    squared Mahalanobis distances once the pass's position error is out; inf where impossible."""

    pairs: Pairs
    squared: Floats


def match_pass(
    known: Sequence[Placed],
    new: Sequence[Placed],
    shared_m2: float,
    common_m2: Sequence[float] | None = None,
    real: tuple[Floats, Floats] | None = None,
) -> Matched:
    """What a pass reports that is known already.

    known: hazards. new: things that the pass reports, without its shared position error, whose
    variance per axis is shared_m2. common_m2: which part of the hazards' variances they have in
    common with their neighbours (`core.seeing.placing`). Places farther than 60 m apart are matched
    independently. At each, every shift that lays one of the sharpest things onto a hazard within
    its gate is tried (and no shift at all), improved by least squares over what it matches, and
    judged by Σ(d² − gate) over its pairs + |shift|²/shared_m2. The least wins. real: probability,
    above 0, that each hazard and each thing is no mistake; a pair costs −2·ln of both on top, up to
    where it costs nothing, so that what is doubtful yields to what is sure and still matches alone.
    """
    every, reported = spots(known), spots(new)
    common = np.zeros(len(known)) if common_m2 is None else np.array(common_m2)
    of_known, of_new = real or (np.ones(len(known)), np.ones(len(new)))
    doubt = -2.0 * (np.log(of_known)[:, None] + np.log(of_new))
    squared = spot_distances(every, reported, shared_m2)
    pairs: Pairs = []
    for i, j in _parts(every, reported, squared):
        there, here = _some(every, i), _some(reported, j)
        least = float(common[i].min())
        there = there._replace(covs_m2=there.covs_m2 - least * np.eye(2))
        here_and_there = np.ix_(i, j)
        alone = squared[here_and_there]
        found = _match(there, here, alone, shared_m2 + least, doubt[here_and_there])
        squared[here_and_there] = found.squared
        pairs += [(int(i[a]), int(j[b])) for a, b in found.pairs]
    return Matched(pairs, squared)


def _match(known: Spots, new: Spots, alone: Floats, shared_m2: float, doubt: Floats) -> Matched:
    best, found = np.inf, Matched(assign(_costs(alone, doubt), GATE), alone)
    if len(known.means_m) >= 2 and len(new.means_m) >= 2 and found.pairs:
        for pairs in _suggested(known, new, alone, shared_m2, doubt):
            cost, other = _judged(known, new, pairs, shared_m2, doubt)
            if cost < best:
                best, found = cost, other
    return found


def _parts(
    known: Spots, new: Spots, squared: Floats
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Indices of the hazards that something may match, and of that, place by place."""
    i, j = (np.flatnonzero(np.isfinite(squared).any(axis=axis)) for axis in (1, 0))
    if not len(i):
        return
    places_m = np.concatenate((known.means_m[i], new.means_m[j]))
    count, label = parted(pairwise_m(places_m) <= FARTHEST_M)
    for part in range(count):
        yield i[label[: len(i)] == part], j[label[len(i) :] == part]


def _some(of: Spots, index: NDArray[np.int64]) -> Spots:
    return Spots(of.families[index], of.means_m[index], of.covs_m2[index])


def _costs(squared: Floats, doubt: Floats) -> Floats:
    """(known, new) costs of the pairs; inf beyond the gate, within it always below."""
    return np.where(squared < GATE, np.minimum(squared + doubt, _DEAREST), np.inf)


def _suggested(
    known: Spots, new: Spots, alone: Floats, shared_m2: float, doubt: Floats
) -> list[Pairs]:
    """What the shifts match before their improvement, which depends on nothing else: each once."""
    shifts_m = np.array(list(_shifts(known, new, alone)))
    found: dict[tuple[tuple[int, int], ...], None] = {}
    for some_m in np.split(shifts_m, range(_AT_ONCE, len(shifts_m), _AT_ONCE)):
        squared = spot_distances(known, _moved(new, some_m[:, None]), shared_m2 / 4.0)
        found |= dict.fromkeys(tuple(assign(costs, GATE)) for costs in _costs(squared, doubt))
    return [list(pairs) for pairs in found]


def _judged(
    known: Spots, new: Spots, pairs: Pairs, shared_m2: float, doubt: Floats
) -> tuple[float, Matched]:
    """Cost and pairs of the best shift for what a first one has matched."""
    better_m, left_m2 = _least_squares(known, new, pairs, shared_m2)
    squared = spot_distances(known, _moved(new, better_m), left_m2)
    costs = _costs(squared, doubt)
    pairs = assign(costs, GATE)
    cost = sum(costs[i, j] - GATE for i, j in pairs) + float(better_m @ better_m) / shared_m2
    return cost, Matched(pairs, squared)


def _shifts(known: Spots, new: Spots, alone: Floats) -> Iterator[Floats]:
    yield np.zeros(2)
    vagueness = np.trace(new.covs_m2, axis1=1, axis2=2)
    for j in np.argsort(vagueness, kind="stable")[:_ANCHORS].tolist():
        for i in np.flatnonzero(alone[:, j] < GATE).tolist():
            yield known.means_m[i] - new.means_m[j]


def _moved(new: Spots, shift_m: Floats) -> Spots:
    return new._replace(means_m=new.means_m + shift_m)


def _least_squares(
    known: Spots, new: Spots, pairs: Pairs, shared_m2: float
) -> tuple[Floats, float]:
    """The most probable shift for these pairs, and what variance per axis it leaves."""
    i, j = np.array(pairs, int).reshape(-1, 2).T
    weights = np.linalg.inv(known.covs_m2[i] + new.covs_m2[j])
    information = np.eye(2) / shared_m2 + weights.sum(axis=0)
    off_m = known.means_m[i] - new.means_m[j]
    cov = np.linalg.inv(information)
    return cov @ np.einsum("nij,nj->i", weights, off_m), float(np.trace(cov)) / 2.0
