"""Two hazards that prove to be one thing, whose reports fell on either side.

For it speaks that they are close for what is known of their places, and that passes report one or
the other where they should have seen both. Places are sometimes worse than is known, so what stands
alone may be joined from farther off, by the turns that passes take with it.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from hazardmap.core.fusion.alignment import GATE
from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.fusion.rows import LINK_M
from hazardmap.core.geometry.linking import pairwise_m
from hazardmap.core.seeing.association import distances

_FARTHEST_M: Final = 40.0  # between tall houses, places of one thing lie far apart
_BESIDE_PER_M2: Final = 1.0 / (math.pi * LINK_M**2)  # where the second of two would stand
_AROUND_PER_M2: Final = 1.0 / (math.pi * _FARTHEST_M**2)
_BOTH_OF_TWO: Final = 0.7  # probability that a pass that reports one of two reports the other
_BOTH_OF_ONE: Final = 0.05  # … that it names one thing twice
_IN_A_ROW: Final = math.log(1.0 / 50.0)  # odds of one against two, where a third is close by
_MISPLACED: Final = 0.1  # of hazards lie anywhere around, whatever their covariance says
_SURE: Final = math.log(20.0)  # odds at which two hazards are joined


def twins(group: Sequence[Candidate]) -> list[tuple[Candidate, Candidate]]:
    """Pairs (younger, older) to be joined, each candidate in at most one pair.

    group: of one family, oldest first.
    """
    if len(group) < 2:
        return []
    placed = [candidate.placed for candidate in group]
    squared = distances(placed, placed, 0.0)
    means = np.array([candidate.mean_m for candidate in group])
    apart_m = pairwise_m(means)
    in_row = (apart_m <= LINK_M).sum(axis=1) > 2  # itself, the other one, and a third
    close = apart_m <= _FARTHEST_M
    used: set[int] = set()
    pairs = []
    row = in_row[:, None] | in_row[None]
    for i, j in np.argwhere(np.triu(close & ((squared <= GATE) | ~row), 1)).tolist():
        if i in used or j in used:
            continue
        before = _IN_A_ROW if row[i, j] else 0.0
        if before + _log_odds(group[i], group[j], float(squared[i, j])) > _SURE:
            used |= {i, j}
            pairs.append((group[j], group[i]))
    return pairs


def _log_odds(a: Candidate, b: Candidate, squared: float) -> float:
    """Natural logarithm of the odds that a and b are one, from even ones."""
    of_a, of_b = a.passes, b.passes
    both = len(of_a & of_b)
    either = min(len(of_a), len(of_b)) - both
    spread_m2 = 2.0 * math.pi * math.sqrt(float(np.linalg.det(a.cov_m2 + b.cov_m2)))
    near = (1.0 - _MISPLACED) * math.exp(-squared / 2.0) / spread_m2 + _MISPLACED * _AROUND_PER_M2
    close = math.log(near / _BESIDE_PER_M2)
    told = both * math.log(_BOTH_OF_ONE / _BOTH_OF_TWO)
    told += either * math.log((1.0 - _BOTH_OF_ONE) / (1.0 - _BOTH_OF_TWO))
    return close + told
