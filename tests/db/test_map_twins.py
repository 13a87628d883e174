"""Two hazards of the live map that prove to be one thing are joined, and no frame is lost by it."""

import logging

import pytest

from hazardmap.core.fusion.hazard import LIVE
from hazardmap.hazards.delivered import trails_of
from hazardmap.hazards.heir_models import Heir
from hazardmap.platform.ids import new_id
from tests.detected import (
    alike,
    contributor,
    drive,
    everything,
    forget_map,
    fuse_in_turn,
    hazards,
    minutes_ago,
    trail,
)
from tests.scenes import ahead

pytestmark = pytest.mark.django_db
NEAR, FAR = ahead(38.0, "debris"), ahead(62.0, "debris")


def standing() -> int:
    return sum(hazard.state in LIVE for hazard in hazards())


def test_what_every_other_receiver_places_far_off_becomes_one_as_it_comes_in(
    caplog: pytest.LogCaptureFixture,
) -> None:
    passes = [
        drive(contributor(f"car{number}"), minutes_ago(5 * (14 - number)), (NEAR, FAR)[number % 2])
        for number in range(14)
    ]
    with caplog.at_level(logging.ERROR):
        fuse_in_turn(passes[:6])
        assert standing() == 2
        sold = {hazard.id for hazard in hazards()}
        fuse_in_turn(passes[6:])
    assert "left out" not in caplog.text
    assert standing() == 1
    (left,) = (hazard.id for hazard in hazards() if hazard.state in LIVE)
    trails = trails_of(sold)
    assert trails.keys() == sold, "what was sold of the other has an heir"
    assert {one for id_ in sold for one in trails[id_].evidence} == set(trail(left))
    assert all(one.p_after >= (one.p_before or 0.0) for one in trail(left) if one.seen)
    live = everything()
    forget_map()
    fuse_in_turn([[frame for one in passes for frame in one]])
    assert alike(live, everything())


def test_an_heir_is_found_however_often_ids_have_come_and_gone() -> None:
    fuse_in_turn([drive(contributor("car"), minutes_ago(9), NEAR)])
    (last,) = (hazard.id for hazard in hazards())
    one, two, three = (new_id() for _ in range(3))
    for gone, heir in ((one, two), (two, one), (one, three), (three, last), (last, two)):
        Heir.objects.create(gone_id=gone, heir_id=heir)
    assert trails_of([one, two, three, last]).keys() == {one, two, three, last}
    forget_map()
    assert trails_of([one, two, three, last, new_id()]) == {}
