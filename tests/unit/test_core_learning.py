"""What a map learns from its own stream, with nobody to tell it the truth."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from hazardmap.core.fusion.fuse import on_plane
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.replay import Replay
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.learned.learning import Tally, learned, tally, with_road
from hazardmap.core.seeing.passes import split
from tests.scenes import HELSINKI, NOON, Fleet, ahead, driven_m

SHIPPED = FusionParams()


def told(fleet, params=SHIPPED):
    """The tally of one replay of the fleet's stream."""
    plane = Plane(*HELSINKI)
    replay = Replay(
        plane, params, on_plane(fleet.observations, {v.frame_id: v for v in fleet.views}, plane)
    )
    passes = split(fleet.views)
    replay.run(passes, [])
    now = max(view.captured_at for view in fleet.views)
    looked_m = sum(driven_m(one.views, plane) for one in passes)
    return with_road(tally([*replay.candidates, *replay.given_up], now), looked_m)


@pytest.fixture(scope="module")
def short_lived():
    """Cones that are taken away after two hours, seen and missed every quarter of an hour, and
    mistakes that come once, in one frame."""
    fleet, luck = Fleet(), random.Random(4)
    for day in range(6):
        spot = ahead(30.0 + 3.0 * day, "cone", right_m=-4.0 + 1.5 * day)
        for quarter in range(16):
            at = NOON + timedelta(days=20 * day, minutes=15 * quarter)
            fleet.drive(quarter % 5, at, there=[spot] if quarter < 8 else [])
        wrong = ahead(luck.uniform(20.0, 50.0), "deer", right_m=9.0)
        fleet.drive(7, NOON + timedelta(days=20 * day + 1), there=[wrong], scores=(0.3,))
        del fleet.observations[-luck.randint(2, 4) :]
    return fleet


def test_half_lives_are_learned(short_lived):
    params = learned(told(short_lived), SHIPPED, SHIPPED, "2")
    assert params.half_life_s("cone") < SHIPPED.half_life_s("cone") / 1.3
    assert params.half_life_s("deer") == SHIPPED.half_life_s("deer")


def test_parameters_are_sound_and_versioned(short_lived):
    params = learned(told(short_lived), SHIPPED, SHIPPED, "2")
    again = learned(told(short_lived, params), SHIPPED, params, "3")
    assert (params.version, again.version) == ("2", "3")
    assert again.table.version.endswith("3")
    assert 0.0 < again.table.false_alarm_per_pass < 0.5
    assert again.table.score_true[0] > again.table.score_true[1]


def test_more_false_alarms_are_more_of_every_family(short_lived):
    measured = replace(SHIPPED.table, false_alarms={"cone": 0.02, "debris": 1e-6})
    shipped = replace(SHIPPED, table=measured)
    table = learned(told(short_lived), shipped, shipped, "2").table
    more = table.false_alarm_per_pass / measured.false_alarm_per_pass
    assert more != 1.0
    assert table.false_alarm("cone") == pytest.approx(0.02 * more)
    assert table.false_alarm("debris") == pytest.approx(max(1e-6 * more, 1e-6))


def test_tallies_of_places_add_up(short_lived):
    one = told(short_lived)
    both = one + one
    assert both.births["cone"] == pytest.approx(2.0 * one.births["cone"])
    assert both.spots == pytest.approx(2.0 * one.spots)
    assert learned(both, SHIPPED, SHIPPED, "2") == learned(one + one, SHIPPED, SHIPPED, "2")


def test_nothing_seen_teaches_nothing():
    params = learned(Tally(), SHIPPED, SHIPPED, "2")
    assert params.half_lives_s == {}
    assert params.births == {}
    assert params.table.score_true == pytest.approx(SHIPPED.table.score_true, rel=1e-6)
    assert params.table.false_alarm_per_pass == pytest.approx(SHIPPED.table.false_alarm_per_pass)
    assert params.prior_beside == SHIPPED.prior_beside
