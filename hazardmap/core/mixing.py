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

from hazardmap.core.association import Thing
from hazardmap.core.candidate import Candidate
from hazardmap.core.params import FusionParams
from hazardmap.core.rows import LINK_M

_MOST: Final = 0.95


def mixed(
    known: Sequence[Candidate],
    found: Sequence[Thing],
    thing_of: Mapping[int, int],
    now: datetime,
    params: FusionParams,
) -> list[float]:
    """For each thing that a pass reports, the probability 0..0.95 that a neighbour caused it.

    thing_of: index in known → index in found of what is the same. A neighbour that stands d sigmas
    from the place is taken for it where the error along the line between them exceeds half of it,
    Φ(−d/2), if it exists. What the same pass has just found causes a second report with
    `params.split_report`.
    """
    known_as = {j: i for i, j in thing_of.items()}
    new = [j for j in range(len(found)) if j not in known_as]
    places = [(c.family, c.mean_m, c.own_m2, c.belief_at(now).exists) for c in known]
    places += [(t.family, t.mean_m, t.cov_m2, params.split_report) for t in (found[j] for j in new)]
    if len(places) < 2:
        return [0.0] * len(found)
    of_family = np.array([family for family, *_ in places])
    means = np.array([mean_m for _, mean_m, _, _ in places])
    covs = np.array([cov_m2 for _, _, cov_m2, _ in places])
    p = np.array([exists for *_, exists in places])
    own_place = known_as | {j: len(known) + n for n, j in enumerate(new)}
    result = []
    for j, thing in enumerate(found):
        off_m = means - means[own_place[j]]
        near = (np.hypot(off_m[:, 0], off_m[:, 1]) <= LINK_M) & (of_family == thing.family)
        near[own_place[j]] = False
        joint = thing.cov_m2 + covs[near]
        squared = np.einsum("ni,nij,nj->n", off_m[near], np.linalg.inv(joint), off_m[near])
        apart = 1.0 - p[near] * ndtr(-np.sqrt(squared) / 2.0)
        result.append(min(1.0 - float(apart.prod()), _MOST))
    return result
