"""Two names of one thing are joined where passes take turns with them, two things never."""

from datetime import timedelta

from hazardmap.core.fusion import FusionParams, fuse
from hazardmap.core.hazard import LIVE
from tests.scenes import NOON, Fleet, ahead

NEAR, FAR = ahead(38.0, "debris"), ahead(62.0, "debris")


def live(drives) -> int:
    """How many hazards stand after drives past what each is to see, five minutes apart."""
    fleet = Fleet()
    for witness, there in enumerate(drives):
        fleet.drive(witness, NOON + witness * timedelta(minutes=5), there=there, offset_m=1.0)
    fused = fuse(fleet.views, fleet.observations, FusionParams())
    return sum(one.hazard.state in LIVE for one in fused)


def test_a_thing_that_every_other_receiver_places_far_off_becomes_one():
    assert live([[NEAR], [FAR]] * 3) == 2
    assert live([[NEAR], [FAR]] * 7) == 1


def test_what_every_pass_reports_stays_two():
    assert live([[NEAR, FAR]] * 12) == 2
