"""One thing under two names: an animal that some frames of a pass take for a thing of road works.

From afar a detector may name an animal a barrier, and only the frames from close by show what it
is. Both names would stand on the map, one of them for nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from hazardmap.core.association import Thing, overlap
from hazardmap.core.kinds import KINDS, Group

_ONE_SPOT_M: Final = 4.0
_KNOWN_M: Final = 6.0  # sigma; what is vaguer may stand anywhere
_SAME_BOX_IOU: Final = 0.3  # boxes of one frame that overlap less are of two things


def named_once(found: Sequence[Thing]) -> list[Thing]:
    """The things of a pass, each under one name, in the same order.

    An animal and a thing that is none are one where they stand on one spot that both know well,
    and no frame shows them as two. The name that was surest from nearest counts (score by range);
    the reports under the other one are kept with it as second boxes, which place nothing. Things
    of one family are told apart by `association.things`.
    """
    living = [i for i, thing in enumerate(found) if _is_living(thing)]
    others = [i for i in range(len(found)) if i not in living]
    pairs = [
        (distance_m, i, j)
        for i in living
        for j in others
        if (distance_m := _apart_m(found[i], found[j])) <= _ONE_SPOT_M
    ]
    kept: dict[int, Thing] = dict(enumerate(found))
    for _, i, j in sorted(pairs):
        if i in kept and j in kept:
            better, lesser = sorted((i, j), key=lambda k: (-_clearest(found[k]), k))
            twins = [*kept[better].twins, *kept[lesser].sightings, *kept[lesser].twins]
            kept[better] = replace(kept[better], twins=twins)
            del kept[lesser]
    return [kept[i] for i in sorted(kept)]


def _is_living(thing: Thing) -> bool:
    return KINDS[thing.family].group is Group.WILDLIFE


def _clearest(thing: Thing) -> float:
    return max(seen.observation.score * seen.nearness for seen in thing.sightings)


def _apart_m(a: Thing, b: Thing) -> float:
    """Metres between two things that may be one; infinite where they cannot, or nobody knows."""
    if max(_sigma_m(a), _sigma_m(b)) > _KNOWN_M:
        return math.inf
    by_frame = {seen.view.frame_id: seen.observation.box for seen in a.sightings}
    for seen in b.sightings:
        box = by_frame.get(seen.view.frame_id)
        if box is not None and overlap(box, seen.observation.box) < _SAME_BOX_IOU:
            return math.inf
    return float(np.hypot(*(a.mean_m - b.mean_m)))


def _sigma_m(thing: Thing) -> float:
    return float(np.sqrt(np.trace(thing.cov_m2) / 2.0))
