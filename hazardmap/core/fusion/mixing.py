"""How probable it is that a report would have come if nothing stood there: meant for a neighbour.

Rows stand as close as cameras can tell apart. What a pass reports of ten things is given to ten of
the places that are known, but which report belongs where is uncertain. So a report says less for a
place whose neighbours may have caused it, and one that gets now and then what its neighbours go
without loses what it seemed to hold.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np
from scipy.special import ndtr

from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.geometry.linking import ROW_M
from hazardmap.core.seeing.sightings import Thing

_MOST: Final = 0.95


def mixed(
    known: Sequence[Candidate],
    found: Sequence[Thing],
    thing_of: Mapping[int, int],
    now: datetime,
) -> list[float]:
    """For each thing that a pass reports, the probability 0..0.95 that a neighbour caused it.

    thing_of: index in known → index in found of what is the same. A known neighbour that stands d
    sigmas from the place is taken for it where the error along the line between them exceeds half
    of it, Φ(−d/2), if it exists.
    """
    if not known:
        return [0.0] * len(found)
    known_as = {j: i for i, j in thing_of.items()}
    of_family = np.array([candidate.family for candidate in known])
    means = np.array([candidate.mean_m for candidate in known])
    covs = np.array([candidate.own_m2 for candidate in known])
    p = np.array([candidate.belief_at(now).exists for candidate in known])
    result = []
    for j, thing in enumerate(found):
        own = known_as.get(j)
        off_m = means - (thing.mean_m if own is None else means[own])
        near = (np.hypot(off_m[:, 0], off_m[:, 1]) <= ROW_M) & (of_family == thing.family)
        if own is not None:
            near[own] = False
        joint = thing.cov_m2 + covs[near]
        squared = np.einsum("ni,nij,nj->n", off_m[near], np.linalg.inv(joint), off_m[near])
        apart = 1.0 - p[near] * ndtr(-np.sqrt(squared) / 2.0)
        result.append(min(1.0 - float(apart.prod()), _MOST))
    return result
