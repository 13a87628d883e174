"""How many looks it takes to take a hazard that everybody has seen off the map."""

from dataclasses import replace
from datetime import timedelta

from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.geometry.box import Box
from hazardmap.core.seeing.recall import Recall
from tests.fuse import fuse
from tests.scenes import NOON, Fleet, ahead

_CONE = ahead(45.0, "cone")
_GONE_BELOW = 0.3
_MANY = 10


def _sure(params: FusionParams) -> tuple[Fleet, FusionParams]:
    """A cone that four accounts have just seen, by a detector of pass recall ≥ 0.95."""
    table = replace(params.table, default=Recall((40.0, 80.0), (0.97, 0.9)), pass_correlation=0.3)
    fleet = Fleet()
    for witness in range(4):
        fleet.drive(witness, NOON + witness * timedelta(minutes=5), there=[_CONE])
    return fleet, replace(params, table=table)


def clear_passes_to_drop(params: FusionParams) -> int:
    """Clear passes of different witnesses until p < 0.3; `_MANY` + 1 if never."""
    fleet, sharp = _sure(params)
    for passes in range(1, _MANY + 1):
        fleet.drive(10 + passes, NOON + passes * timedelta(hours=1))
        if fuse(fleet.views, fleet.observations, sharp)[0].hazard.p < _GONE_BELOW:
            return passes
    return _MANY + 1


def poor_passes_drop(params: FusionParams) -> bool:
    """Whether ten occluded passes, or ten dark ones, drop it below 0.3."""
    for poor in ({"occluders": (Box(0.0, 0.0, 1.0, 1.0),)}, {"dark": True}):
        fleet, sharp = _sure(params)
        for i in range(_MANY):
            fleet.drive(20 + i, NOON + timedelta(hours=1, minutes=i), **poor)
        if fuse(fleet.views, fleet.observations, sharp)[0].hazard.p < _GONE_BELOW:
            return True
    return False
