"""What passes by known things make of the map."""

import math
import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from hazardmap.core.fusion.hazard import State
from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.geodesy import between
from tests.fuse import fuse
from tests.fused import CONE, HOUR, PARAMS, SHARP, certain_cone, the_only
from tests.scenes import NOON, Fleet, ahead

HIDING = (Box(0.0, 0.0, 1.0, 1.0),)


def test_one_pass_makes_a_candidate_and_a_second_witness_publishes():
    fleet = Fleet()
    fleet.drive(1, there=[CONE])
    first = the_only(fleet)
    assert (first.state, first.published, first.witnesses) == (State.CANDIDATE, False, 1)
    fleet.drive(2, NOON + HOUR, there=[CONE])
    second = the_only(fleet)
    assert (second.state, second.published, second.witnesses) == (State.ACTIVE, True, 2)
    assert second.id == first.id
    assert second.p > first.p
    assert second.radius_m < first.radius_m
    assert between(second.lon, second.lat, CONE.lon, CONE.lat)[1] < second.radius_m


@pytest.mark.parametrize("unseen", [{"edge": True}, {"usable": False}], ids=["edge", "unusable"])
def test_what_our_own_detector_has_not_seen_is_one_witness_until_it_has(unseen):
    fleet, ours = Fleet(), Fleet()
    for witness in (1, 2, 3):
        at = NOON + witness * HOUR / 6
        fleet.drive(witness, at, there=[CONE], **unseen)
        ours.drive(witness, at, there=[CONE])
    told, checked = the_only(fleet), the_only(ours)
    assert (told.p, told.passes) == (checked.p, 3), "it is believed as before"
    assert (told.state, told.published, told.witnesses) == (State.CANDIDATE, False, 1)
    fleet.drive(4, NOON + HOUR, there=[CONE])
    seen = the_only(fleet)
    assert (seen.state, seen.published, seen.witnesses) == (State.ACTIVE, True, 4)


def test_one_account_that_we_have_seen_something_of_is_still_one():
    fleet = Fleet()
    fleet.drive(1, there=[CONE], edge=True)
    fleet.drive(1, NOON + HOUR, there=[CONE])
    assert not the_only(fleet).published


def test_a_thousand_frames_of_one_pass_are_one_pass():
    fleet = Fleet()
    fleet.drive(1, there=[CONE], frames=13)
    hazard = fuse(fleet.views, fleet.observations, PARAMS)[0]
    assert hazard.hazard.passes == 1
    assert len(hazard.evidence) == 1
    assert hazard.evidence[0].frames == len(fleet.observations)


def test_one_account_never_publishes_however_often_it_reports():
    fleet = Fleet()
    for i in range(12):
        fleet.drive(7, NOON + i * HOUR, there=[CONE])
    hazard = the_only(fleet)
    assert hazard.passes == 12
    assert not hazard.published
    assert hazard.state is State.CANDIDATE


def test_two_trusted_weak_passes_publish_at_once():
    fleet = Fleet()
    params = replace(PARAMS, trusts={1: 0.8, 2: 0.8})
    fleet.drive(1, there=[CONE], scores=[0.5])
    fleet.drive(2, NOON + HOUR, there=[CONE], scores=[0.5])
    fused = fuse(fleet.views, fleet.observations, params)
    assert min(item.log2_ratio for item in fused[0].evidence) > math.log2(15 * 0.8 + 0.2)
    assert fused[0].hazard.published


def test_an_untrusted_account_moves_the_map_less():
    trusted, doubted = Fleet(), Fleet()
    trusted.drive(1, there=[CONE])
    doubted.drive(1, there=[CONE])
    p = the_only(trusted).p
    assert the_only(doubted, replace(PARAMS, trusts={1: 0.2})).p < p


def test_a_first_report_that_nobody_would_believe_is_remembered():
    fleet = Fleet()
    first = fleet.drive(1, there=[CONE])
    params = replace(PARAMS, trusts={1: 0.0})
    assert fuse(fleet.views, fleet.observations, params) == []
    fleet.drive(2, NOON + HOUR, there=[CONE])
    hazard = the_only(fleet, params)
    view = {v.frame_id: v for v in fleet.views}[first[0].frame_id]
    assert (hazard.first_seen, hazard.passes) == (view.captured_at, 2)


def test_what_is_hardly_likely_is_not_told_until_more_speaks_for_it():
    fleet = Fleet()
    fleet.drive(1, there=[CONE], frames=1)
    doubted = replace(PARAMS, trusts={1: 0.025})
    everything = replace(doubted, limits=replace(doubted.limits, show=doubted.limits.expire))
    assert 0.05 < the_only(fleet, everything).p < 0.15
    assert fuse(fleet.views, fleet.observations, doubted) == []
    fleet.drive(2, NOON + HOUR, there=[CONE])
    assert the_only(fleet, doubted) == the_only(fleet, everything)


def test_two_clear_passes_of_two_witnesses_drop_a_vanished_hazard():
    fleet = certain_cone()
    assert the_only(fleet, SHARP).p == pytest.approx(0.99)
    for witness in (11, 12):
        fleet.drive(witness, NOON + (witness - 10) * HOUR)
    fused = fuse(fleet.views, fleet.observations, SHARP)[0]
    against = [item for item in fused.evidence if not item.seen]
    assert min(item.visibility for item in against) >= 0.95
    assert fused.hazard.p < 0.3
    assert not fused.hazard.published


@pytest.mark.parametrize(
    "poor", [{"occluders": HIDING}, {"usable": False}, {"dark": True}], ids=lambda p: next(iter(p))
)
def test_ten_poor_passes_drop_nothing(poor):
    fleet = certain_cone()
    for i in range(10):
        fleet.drive(20 + i, NOON + timedelta(hours=1, minutes=i), **poor)
    assert the_only(fleet, SHARP).p > 0.5


def test_traffic_beyond_the_hazard_hides_nothing():
    fleet = certain_cone()
    for witness in (11, 12):  # boxes that end above the horizon stand farther than any road
        fleet.drive(witness, NOON + HOUR, occluders=(Box(0.0, 0.0, 1.0, 0.49),))
    assert the_only(fleet, SHARP).p < 0.3


def test_who_looks_the_other_way_says_nothing():
    fleet = certain_cone()
    before = the_only(fleet, SHARP)
    fleet.drive(11, NOON + HOUR, frames=6)
    turned = [replace(view, heading_deg=180.0) for view in fleet.views[-6:]]
    blind = [replace(view, heading_deg=None) for view in fleet.views[-6:]]
    for views in (turned, blind):
        fused = fuse([*fleet.views[:-6], *views], fleet.observations, SHARP)
        assert fused[0].hazard == before


def test_one_account_never_clears_what_others_support():
    fleet = certain_cone()
    for i in range(20):
        fleet.drive(99, NOON + HOUR + i * timedelta(minutes=2))
    lonely = the_only(fleet, SHARP)
    assert lonely.state is State.FADING
    assert lonely.p >= 0.099
    fleet.drive(98, NOON + 2 * HOUR)
    agreed = the_only(fleet, SHARP)
    assert agreed.state is State.CLEARED
    assert agreed.p < 0.1


def test_what_devices_alone_deny_stays_on_the_map_until_our_own_detector_has_looked():
    fleet, ours = certain_cone(), certain_cone()
    for witness in (97, 98, 99):
        fleet.drive(witness, NOON + HOUR + (witness - 97) * timedelta(minutes=2), edge=True)
        ours.drive(witness, NOON + HOUR + (witness - 97) * timedelta(minutes=2))
    told, seen = the_only(fleet, SHARP), the_only(ours, SHARP)
    assert (told.state, seen.state) == (State.FADING, State.CLEARED)
    assert told.p >= 0.099 > seen.p
    fleet.drive(96, NOON + 2 * HOUR)
    assert the_only(fleet, SHARP).state is State.CLEARED


def test_a_cleared_hazard_stays_over_and_a_new_one_begins():
    fleet = certain_cone()
    for witness in (11, 12, 13, 14):
        fleet.drive(witness, NOON + HOUR + witness * timedelta(minutes=2))
    old = the_only(fleet, SHARP)
    assert old.state is State.CLEARED
    fleet.drive(1, NOON + 30 * HOUR, there=[CONE])
    fused = {one.hazard.state: one.hazard for one in fuse(fleet.views, fleet.observations, SHARP)}
    assert fused[State.CLEARED] == old
    assert fused[State.CANDIDATE].id != old.id


def test_a_hazard_expires_when_its_decay_says_so():
    fleet = certain_cone()
    hazard = the_only(fleet)
    age_s = (hazard.expires_at - hazard.t_ref).total_seconds()
    assert hazard.p * 2.0 ** (-age_s / hazard.half_life_s) == pytest.approx(0.05)
    just_before = the_only(fleet, now=hazard.expires_at - timedelta(seconds=1))
    assert just_before == hazard
    assert the_only(fleet, now=hazard.expires_at).state is State.EXPIRED


def test_a_statue_is_not_a_deer_for_ever():
    statue = ahead(45.0, "deer")
    fleet = Fleet()
    for day in range(8):
        fleet.drive(day % 3, NOON + day * timedelta(hours=3), there=[statue])
    fused = [one.hazard for one in fuse(fleet.views, fleet.observations, PARAMS)]
    latest = max(fused, key=lambda hazard: hazard.t_ref)
    assert latest.phantom > 0.5
    assert not latest.published


def test_two_things_side_by_side_stay_two():
    fleet = Fleet()
    pair = [ahead(45.0, "cone"), ahead(45.0, "worker", right_m=-3.0)]
    herd = [ahead(30.0, "cow", right_m=8.0), ahead(48.0, "cow", right_m=-8.0)]
    for witness in range(3):
        fleet.drive(witness, NOON + witness * HOUR / 6, there=[*pair, *herd])
    fused = fuse(fleet.views, fleet.observations, PARAMS)
    assert sorted(one.hazard.kind for one in fused) == ["cone", "cow", "cow", "worker"]


def test_two_boxes_around_one_animal_are_one_animal():
    fleet = Fleet()
    fleet.drive(1, there=[ahead(45.0, "horse")])
    doubles = [
        replace(o, id=UUID(int=o.id.int ^ 1), kind="cow", score=o.score - 0.1)
        for o in fleet.observations
    ]
    fused = fuse(fleet.views, fleet.observations + doubles, PARAMS)
    assert [one.hazard.kind for one in fused] == ["horse"]
    assert fused[0].observation_ids >= {double.id for double in doubles}


def test_the_species_is_what_few_frames_can_tell():
    fleet = Fleet()
    seen = fleet.drive(1, there=[ahead(45.0, "horse")])
    near = {one.id for one in sorted(seen, key=lambda one: one.range_m)[:3]}
    told = [one if one.id in near else replace(one, kind="animal") for one in seen]
    assert [one.hazard.kind for one in fuse(fleet.views, told, PARAMS)] == ["horse"]
    unsure = [replace(one, score=0.3) if one.id in near else one for one in told]
    assert [one.hazard.kind for one in fuse(fleet.views, unsure, PARAMS)] == ["animal"]


def test_one_frame_alone_says_more_than_one_of_three():
    def p(frames: int) -> float:
        fleet = Fleet()
        seen = fleet.drive(1, there=[ahead(20.0, "cow")], frames=frames)
        [one] = fuse(fleet.views, seen[:1], PARAMS)
        return one.hazard.p

    assert p(1) > p(3)


def test_gnss_error_is_not_averaged_away_within_a_pass():
    fleet = Fleet()
    fleet.drive(1, there=[CONE], offset_m=8.0)
    hazard = the_only(fleet)
    assert min(hazard.cov_ee_m2, hazard.cov_nn_m2) > 64.0


def test_simulated_evidence_marks_the_hazard():
    fleet = certain_cone()
    assert not the_only(fleet).simulated
    fleet.drive(9, NOON + HOUR, there=[CONE], simulated=True)
    assert the_only(fleet).simulated


def test_nonsense_accuracy_and_heading_sigma_make_a_vague_hazard():
    fleet = certain_cone(1)
    views = [replace(v, accuracy_m=math.nan, heading_sigma_deg=-1.0) for v in fleet.views]
    hazard = fuse(views, fleet.observations, PARAMS)[0].hazard
    assert hazard.radius_m > 50.0


def test_a_thousand_views_take_less_than_a_second():
    fleet = Fleet()
    for i in range(77):
        there = [CONE, ahead(55.0, "worker", right_m=-4.0)] if i < 12 else []
        fleet.drive(i, NOON + i * HOUR / 12, there=there, offset_m=4.0)
    began = time.process_time()
    fuse(fleet.views[:1000], fleet.observations[:300], PARAMS)
    assert time.process_time() - began < 1.0
