"""What passes by known things make of the map."""

import math
import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from hazardmap.core.box import Box
from hazardmap.core.fusion import FusionParams, fuse
from hazardmap.core.geodesy import between
from hazardmap.core.hazard import LIVE, State
from hazardmap.core.identity import match
from hazardmap.core.recall import DEFAULT_TABLE, Recall
from hazardmap.core.verdict import Decision, Verdict
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
HIDING = (Box(0.0, 0.0, 1.0, 1.0),)


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


def judge(decision, fleet, *, at=NOON + 2 * HOUR, kind="cone"):
    ids = frozenset(o.id for o in fleet.observations)
    return Verdict(UUID(int=5), at, decision, CONE.lon, CONE.lat, kind, ids)


def test_a_moderator_confirms():
    fleet = Fleet()
    fleet.drive(1, there=[CONE])
    hazard = the_only(fleet, verdicts=[judge(Decision.CONFIRM, fleet)])
    assert (hazard.p, hazard.t_ref) == (0.98, NOON + 2 * HOUR)
    assert hazard.published
    assert hazard.confirmed
    assert hazard.witnesses == 1


def test_a_confirmed_hazard_can_still_be_cleared_by_two():
    fleet = certain_cone()
    verdict = judge(Decision.CONFIRM, fleet)
    for i in range(4):
        fleet.drive(30 + i, NOON + (3 + i) * HOUR)
    assert the_only(fleet, SHARP, [verdict]).state is State.CLEARED


def test_a_moderator_rejects_and_undoes():
    fleet = certain_cone()
    before = the_only(fleet)
    verdict = judge(Decision.REJECT, fleet)
    gone = the_only(fleet, verdicts=[verdict])
    assert gone.state is State.CLEARED
    assert gone.id == before.id
    assert gone.p < 0.01
    assert not gone.published
    assert the_only(fleet) == before


def test_a_rejected_spot_is_suspect_afterwards():
    fleet = certain_cone()
    verdict = judge(Decision.REJECT, fleet)
    fleet.drive(50, NOON + 5 * HOUR, there=[CONE])
    fused = {
        o.hazard.state: o.hazard for o in fuse(fleet.views, fleet.observations, PARAMS, [verdict])
    }
    unspoilt = Fleet()
    unspoilt.drive(50, NOON + 5 * HOUR, there=[CONE])
    assert fused[State.CANDIDATE].p < the_only(unspoilt).p / 2
    assert fused[State.CANDIDATE].phantom > 0.5


def test_a_moderator_relabels():
    fleet = certain_cone()
    verdict = judge(Decision.RELABEL, fleet, kind="deer")
    fleet.drive(9, NOON + 2 * HOUR + timedelta(minutes=5), there=[CONE])
    hazard = the_only(fleet, verdicts=[verdict])
    assert (hazard.kind, hazard.half_life_s, hazard.severity) == ("deer", 1200.0, 3)
    assert hazard.passes == 5


def test_bad_sets_are_refused():
    fleet = certain_cone(1)
    some = fleet.observations[0]
    with pytest.raises(ValueError, match="no view"):
        fuse([], fleet.observations, PARAMS)
    with pytest.raises(ValueError, match="two different"):
        fuse(fleet.views, [some, replace(some, score=0.1)], PARAMS)
    for wrong in (
        {"lon": math.nan},
        {"lat": 91.0},
        {"cov_ee_m2": math.nan},
        {"cov_nn_m2": -1.0},
        {"cov_en_m2": 1e6},
        {"score": math.nan},
    ):
        with pytest.raises(ValueError, match=r"position|covariance|score"):
            fuse(fleet.views, [replace(some, **wrong)], PARAMS)
    with pytest.raises(KeyError):
        fuse(fleet.views, [replace(some, kind="unicorn")], PARAMS)


def test_nonsense_accuracy_and_heading_sigma_make_a_vague_hazard():
    fleet = certain_cone(1)
    views = [replace(v, accuracy_m=math.nan, heading_sigma_deg=-1.0) for v in fleet.views]
    hazard = fuse(views, fleet.observations, PARAMS)[0].hazard
    assert hazard.radius_m > 50.0


def by_id(fused):
    return {one.hazard.id: one.observation_ids for one in fused}


def test_identity_follows_the_observations():
    fleet = certain_cone(2)
    stored = fuse(fleet.views, fleet.observations, PARAMS)[0]
    old = {stored.hazard.id: stored.observation_ids}
    fleet.drive(77, NOON - HOUR, there=[CONE])  # late, and earlier than everything
    again = fuse(fleet.views, fleet.observations, PARAMS)
    assert again[0].hazard.id != stored.hazard.id
    matched = match(old, by_id(again))
    assert matched.ids[again[0].hazard.id] == stored.hazard.id
    assert not matched.new
    assert not matched.gone


def test_identity_tells_merged_from_vanished():
    fleet = certain_cone(2)
    fused = fuse(fleet.views, fleet.observations, PARAMS)
    ids = sorted(fused[0].observation_ids)
    big, small, lost = UUID(int=1), UUID(int=2), UUID(int=3)
    stored = {small: frozenset(ids[:2]), big: frozenset(ids[2:]), lost: frozenset({UUID(int=9)})}
    matched = match(stored, by_id(fused))
    assert matched.ids == {fused[0].hazard.id: big}
    assert matched.gone == {small: big, lost: None}


def test_a_split_hazard_never_takes_the_id_of_its_other_half():
    fleet = Fleet()
    pair = [ahead(30.0, "cow", right_m=8.0), ahead(48.0, "cow", right_m=-8.0)]
    fleet.drive(1, there=pair)
    a, b = fuse(fleet.views, fleet.observations, PARAMS)
    larger, smaller = sorted([a, b], key=lambda one: -len(one.observation_ids))
    stored = {smaller.hazard.id: larger.observation_ids | smaller.observation_ids}
    matched = match(stored, by_id([a, b]))
    assert matched.ids[larger.hazard.id] == smaller.hazard.id
    assert matched.ids[smaller.hazard.id] not in {smaller.hazard.id, larger.hazard.id}
    assert len(matched.new) == 1


def test_a_thousand_views_take_less_than_a_second():
    fleet = Fleet()
    for i in range(77):
        there = [CONE, ahead(55.0, "worker", right_m=-4.0)] if i < 12 else []
        fleet.drive(i, NOON + i * HOUR / 12, there=there, offset_m=4.0)
    began = time.process_time()
    fuse(fleet.views[:1000], fleet.observations[:300], PARAMS)
    assert time.process_time() - began < 1.0


def said(decision, fleet, witness, *, at=NOON + 2 * HOUR):
    """A vote; each witness says one thing."""
    ids = frozenset(o.id for o in fleet.observations)
    return Verdict(UUID(int=100 + witness), at, decision, CONE.lon, CONE.lat, "cone", ids, witness)


def odds(hazard):
    return hazard.p / (1.0 - hazard.p)


def test_a_vote_is_one_bit_at_most():
    fleet = Fleet()
    fleet.drive(1, there=[CONE])
    ignored = the_only(fleet, verdicts=[judge(Decision.RELABEL, fleet)])  # moves the clock only
    for decision, ratio in [(Decision.STANDS, 2.0), (Decision.GONE, 0.5)]:
        told = the_only(fleet, verdicts=[said(decision, fleet, 70)])
        assert odds(told) == pytest.approx(odds(ignored) * ratio, rel=0.03)
        assert (told.witnesses, told.passes, told.published) == (1, 1, False)
        assert told.last_seen == ignored.last_seen


def test_a_person_has_one_vote():
    fleet = certain_cone()
    once = the_only(fleet, verdicts=[said(Decision.GONE, fleet, 70)])
    again = replace(said(Decision.GONE, fleet, 70), id=UUID(int=999))
    assert the_only(fleet, verdicts=[said(Decision.GONE, fleet, 70), again]) == once


def test_nobody_clears_a_hazard_alone_not_even_who_reported_it():
    fleet = Fleet()
    fleet.drive(1, there=[CONE], scores=(0.5,))
    late = NOON + 11 * 24 * HOUR
    for voter in (1, 70):
        alone = the_only(fleet, verdicts=[said(Decision.GONE, fleet, voter, at=late)])
        assert alone.state in LIVE
        assert alone.p >= PARAMS.limits.clear
    both = [said(Decision.GONE, fleet, voter, at=late) for voter in (1, 70)]
    assert the_only(fleet, verdicts=both).state is State.CLEARED


def test_many_votes_clear_what_no_camera_has_looked_at_again():
    fleet = certain_cone()
    votes = [said(Decision.GONE, fleet, 70 + i) for i in range(14)]
    states = [the_only(fleet, verdicts=votes[:n]).state for n in (2, 14)]
    assert states[0] in LIVE
    assert states[1] is State.CLEARED
