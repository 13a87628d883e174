"""The position error that all sightings of one pass share, found together with what they match.

A receiver that is 8 m off shifts a whole row of cones by 8 m. Taken one by one, each cone would
be given to its neighbour; taken together, only one shift makes all of them fit.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from hazardmap.core.association import GATE, Placed, assign, distances
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
    alone = distances(known, new, shared_m2)
    best: tuple[float, Pairs] = (np.inf, assign(alone))
    if len(known) < 2 or len(new) < 2 or not best[1]:
        return best[1]
    for shift_m in _shifts(known, new, alone):
        pairs = assign(distances(known, _moved(new, shift_m), shared_m2 / 4.0))
        better_m, left_m2 = _least_squares(known, new, pairs, shared_m2)
        squared = distances(known, _moved(new, better_m), left_m2)
        pairs = assign(squared)
        cost = sum(squared[i, j] - GATE for i, j in pairs) + float(better_m @ better_m) / shared_m2
        if cost < best[0]:
            best = cost, pairs
    return best[1]


def _shifts(known: Sequence[Placed], new: Sequence[Placed], alone: Floats) -> Iterator[Floats]:
    yield np.zeros(2)
    for j in sorted(range(len(new)), key=lambda j: (float(np.trace(new[j][2])), j))[:_ANCHORS]:
        for i in np.flatnonzero(alone[:, j] < GATE).tolist():
            yield known[i][1] - new[j][1]


def _moved(new: Sequence[Placed], shift_m: Floats) -> list[Placed]:
    return [(family, mean_m + shift_m, cov_m2) for family, mean_m, cov_m2 in new]


def _least_squares(
    known: Sequence[Placed], new: Sequence[Placed], pairs: Pairs, shared_m2: float
) -> tuple[Floats, float]:
    """The most probable shift for these pairs, and what variance per axis it leaves."""
    information, vector = np.eye(2) / shared_m2, np.zeros(2)
    for i, j in pairs:
        weight = np.linalg.inv(known[i][2] + new[j][2])
        information += weight
        vector += weight @ (known[i][1] - new[j][1])
    cov = np.linalg.inv(information)
    return cov @ vector, float(np.trace(cov)) / 2.0
