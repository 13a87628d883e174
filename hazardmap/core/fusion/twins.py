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
from hazardmap.core.geometry.linking import in_row, pairwise_m
from hazardmap.core.seeing.association import distances
from hazardmap.core.seeing.parts import BESIDE_PER_M2, IN_A_ROW, SURE

_FARTHEST_M: Final = 40.0  # between tall houses, places of one thing lie far apart
_AROUND_PER_M2: Final = 1.0 / (math.pi * _FARTHEST_M**2)
_BOTH_OF_TWO: Final = 0.7  # probability that a pass that reports one of two reports the other
_BOTH_OF_ONE: Final = 0.05  # … that it names one thing twice
_MISPLACED: Final = 0.1  # of hazards lie anywhere around, whatever their covariance says


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
    close = apart_m <= _FARTHEST_M
    used: set[int] = set()
    pairs = []
    each = in_row(apart_m)
    row = each[:, None] | each[None]
    for i, j in np.argwhere(np.triu(close & ((squared <= GATE) | ~row), 1)).tolist():
        if i in used or j in used:
            continue
        before = IN_A_ROW if row[i, j] else 0.0
        if before + _log_odds(group[i], group[j], float(squared[i, j])) > SURE:
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
    close = math.log(near / BESIDE_PER_M2)
    told = both * math.log(_BOTH_OF_ONE / _BOTH_OF_TWO)
    told += either * math.log((1.0 - _BOTH_OF_ONE) / (1.0 - _BOTH_OF_TWO))
    return close + told
