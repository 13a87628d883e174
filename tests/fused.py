"""A cone by the road and what fusion makes of it: shared by the tests of fusion."""

from dataclasses import replace
from datetime import timedelta

from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.seeing.recall import DEFAULT_TABLE, Recall
from tests.fuse import fuse
from tests.scenes import NOON, Fleet, ahead

CONE = ahead(45.0, "cone")
HOUR = timedelta(hours=1)
# A detector good enough that a pass close by sees what is there with probability 0.95 and more.
SHARP = FusionParams(
    table=replace(
        DEFAULT_TABLE,
        default=Recall((40.0, 80.0), (0.97, 0.9)),
        pass_correlation=0.3,
        false_alarm_per_pass=0.01,
    )
)
PARAMS = FusionParams()


def the_only(fleet, params=PARAMS, verdicts=(), now=None):
    fused = fuse(fleet.views, fleet.observations, params, verdicts, now)
    assert len(fused) == 1
    return fused[0].hazard


def certain_cone(witnesses=4):
    """A cone that four accounts have just seen, which is as sure as fusion gets."""
    fleet = Fleet()
    for witness in range(witnesses):
        fleet.drive(witness, NOON + witness * timedelta(minutes=5), there=[CONE])
    return fleet
