"""The position error that all sightings of one pass share, found together with what they match.

A receiver that is 8 m off shifts a whole row of cones by 8 m. Taken one by one, each cone would
be given to its neighbour; taken together, only one shift makes all of them fit.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from hazardmap.core.association import GATE, Placed, Spots, assign, spot_distances, spots
from hazardmap.core.geodesy import Floats

_ANCHORS: Final = 3  # sightings whose possible partners suggest shifts: the sharpest ones

Pairs = list[tuple[int, int]]


def match_pass(known: Sequence[Placed], new: Sequence[Placed], shared_m2: float) -> Pairs:
    """Pairs (index in known, index in new) that are the same thing, for one pass.

    known: hazards. new: things that the pass reports, without its shared position error, whose
    variance per axis is shared_m2. Every shift that lays one of the sharpest things onto a hazard
    within its gate is tried (and no shift at all), improved by least squares over what it
    matches, and judged by Σ(d² − gate) over its pairs + |shift|²/shared_m2. The least wins.
    """
    every, reported = spots(known), spots(new)
    alone = spot_distances(every, reported, shared_m2)
    near = np.flatnonzero(np.isfinite(alone).any(axis=1))
    best = (np.inf, assign(alone))
    if len(near) >= 2 and len(new) >= 2 and best[1]:
        there = Spots(every.families[near], every.means_m[near], every.covs_m2[near])
        for shift_m in _shifts(there, reported, alone[near]):
            cost, pairs = _judged(there, reported, shift_m, shared_m2)
            if cost < best[0]:
                best = cost, [(int(near[i]), j) for i, j in pairs]
    return best[1]


def _judged(known: Spots, new: Spots, shift_m: Floats, shared_m2: float) -> tuple[float, Pairs]:
    """Cost and pairs of a shift after its improvement."""
    pairs = assign(spot_distances(known, _moved(new, shift_m), shared_m2 / 4.0))
    better_m, left_m2 = _least_squares(known, new, pairs, shared_m2)
    squared = spot_distances(known, _moved(new, better_m), left_m2)
    pairs = assign(squared)
    cost = sum(squared[i, j] - GATE for i, j in pairs) + float(better_m @ better_m) / shared_m2
    return cost, pairs


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
