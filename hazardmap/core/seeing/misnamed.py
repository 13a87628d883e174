"""One thing under two names: an animal that some frames of a pass take for a thing of road works.

From afar a detector may name an animal a barrier, and only the frames from close by show what it
is. Both names would stand on the map, one of them for nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from hazardmap.core.geometry.linking import pairwise_m
from hazardmap.core.kinds import KINDS, Group
from hazardmap.core.seeing.association import GATE, overlap
from hazardmap.core.seeing.parts import SURE, log_odds
from hazardmap.core.seeing.sightings import Thing

_ONE_SPOT_M: Final = 4.0
_KNOWN_M: Final = 6.0  # sigma; what is vaguer may stand anywhere
_SAME_BOX_IOU: Final = 0.3  # boxes of one frame that overlap less are of two things
_MISNAMED: Final = math.log(0.1)  # odds of a wrong name against a second thing beside it
_FARTHEST_M: Final = 40.0


def named_once(found: Sequence[Thing]) -> list[Thing]:
    """The things of a pass, each under one name, in the same order.

    An animal and a thing that is none are one where no frame shows them as two, and they stand on
    one spot that both know well, or take turns as two would not (`core.seeing.parts`). The name
    that was surest from nearest counts (score by range); the reports under the other one are kept
    with it as second boxes, which place nothing. Things of one family are told apart by
    `association.things`.
    """
    if len({_is_living(thing) for thing in found}) < 2:
        return list(found)
    kept: dict[int, Thing] = dict(enumerate(found))
    for i, j in _pairs(found):
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


def _pairs(found: Sequence[Thing]) -> list[tuple[int, int]]:
    """(animal, other thing) that are one by their places, the closest first."""
    living = np.array([_is_living(thing) for thing in found])
    apart_m = pairwise_m(np.array([thing.mean_m for thing in found]))
    close = (apart_m <= _FARTHEST_M) & np.outer(living, ~living)
    pairs = sorted((apart_m[i, j], i, j) for i, j in np.argwhere(close).tolist())
    return [(i, j) for apart, i, j in pairs if _may_be_one(found[i], found[j], apart)]


def _may_be_one(a: Thing, b: Thing, apart_m: float) -> bool:
    if _shown_as_two(a, b):
        return False
    if apart_m <= _ONE_SPOT_M and max(_sigma_m(a), _sigma_m(b)) <= _KNOWN_M:
        return True
    off_m = a.mean_m - b.mean_m
    squared = float(off_m @ np.linalg.solve(a.cov_m2 + b.cov_m2, off_m))
    return squared <= GATE and _MISNAMED + log_odds(a, b, squared) > SURE


def _shown_as_two(a: Thing, b: Thing) -> bool:
    by_frame = {seen.view.frame_id: seen.observation.box for seen in a.sightings}
    boxes = [(by_frame.get(seen.view.frame_id), seen.observation.box) for seen in b.sightings]
    return any(one is not None and overlap(one, other) < _SAME_BOX_IOU for one, other in boxes)


def _sigma_m(thing: Thing) -> float:
    return float(np.sqrt(np.trace(thing.cov_m2) / 2.0))
