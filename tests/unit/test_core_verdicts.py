"""What the words of people make of the map: decisions of moderators, votes of anybody."""

import math
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from hazardmap.core.fusion.hazard import LIVE, State
from hazardmap.core.fusion.verdict import Ruling, Verdict
from tests.fuse import fuse
from tests.fused import CONE, HOUR, PARAMS, SHARP, certain_cone, the_only
from tests.scenes import NOON, Fleet, ahead


def judge(decision, fleet, *, at=NOON + 2 * HOUR, kind="cone"):
    ids = frozenset(o.id for o in fleet.observations)
    return Verdict(UUID(int=5), at, decision, CONE.lon, CONE.lat, kind, ids)


def test_a_moderator_confirms():
    fleet = Fleet()
    fleet.drive(1, there=[CONE])
    hazard = the_only(fleet, verdicts=[judge(Ruling.CONFIRM, fleet)])
    assert hazard.published
    assert hazard.confirmed
    assert hazard.witnesses == 1


@pytest.mark.parametrize("hours", [0, 2, 2000])
def test_a_confirmation_speaks_of_the_time_of_the_newest_evidence(hours):
    """However late it is given: the moderator has looked at old pictures."""
    fleet = Fleet()
    fleet.drive(1, there=[CONE])
    verdict = judge(Ruling.CONFIRM, fleet, at=NOON + hours * HOUR)
    doubted, hazard = the_only(fleet), the_only(fleet, verdicts=[verdict])
    assert (hazard.p, hazard.t_ref) == (0.98, doubted.t_ref)
    lives = timedelta(seconds=hazard.half_life_s * math.log2(0.98 / PARAMS.limits.expire))
    assert hazard.expires_at == pytest.approx(doubted.t_ref + lives, abs=timedelta(seconds=1))


def test_what_drivers_found_since_its_pictures_is_weighed_against_a_confirmation():
    fleet = certain_cone()
    judged = judge(Ruling.CONFIRM, fleet, at=NOON + 9 * HOUR)
    word = said(Ruling.GONE, fleet, 70, at=NOON + HOUR)
    for i in range(4):
        fleet.drive(30 + i, NOON + (3 + i) * HOUR)
    assert the_only(fleet, SHARP, [judged]).state is State.CLEARED
    unlooked = certain_cone()
    doubted = the_only(unlooked, verdicts=[judged, word])
    assert doubted.t_ref == word.at
    assert odds(doubted) == pytest.approx(
        odds(the_only(unlooked, verdicts=[judged, replace(word, decision=Ruling.STANDS)])) / 4.0,
        rel=0.05,
    )


def test_who_is_there_and_says_that_it_stands_speaks_of_now():
    fleet = Fleet()
    fleet.drive(1, there=[CONE])
    vote = said(Ruling.STANDS, fleet, 70)
    assert the_only(fleet, verdicts=[vote]).t_ref == vote.at


def test_a_confirmed_hazard_can_still_be_cleared_by_two():
    fleet = certain_cone()
    verdict = judge(Ruling.CONFIRM, fleet)
    for i in range(4):
        fleet.drive(30 + i, NOON + (3 + i) * HOUR)
    assert the_only(fleet, SHARP, [verdict]).state is State.CLEARED


def test_a_moderator_rejects_and_undoes():
    fleet = certain_cone()
    before = the_only(fleet)
    verdict = judge(Ruling.REJECT, fleet)
    gone = the_only(fleet, verdicts=[verdict])
    assert gone.state is State.CLEARED
    assert gone.id == before.id
    assert gone.p < 0.01
    assert not gone.published
    assert the_only(fleet) == before


def test_a_rejected_spot_is_suspect_afterwards():
    fleet = certain_cone()
    verdict = judge(Ruling.REJECT, fleet)
    unspoilt = Fleet()
    for either in (fleet, unspoilt):
        for driver in (50, 51):
            either.drive(driver, NOON + 5 * HOUR, there=[CONE])
    fused = fuse(fleet.views, fleet.observations, PARAMS, [verdict])
    [again] = [one.hazard for one in fused if one.hazard.state in LIVE]
    assert again.p < the_only(unspoilt).p / 2
    assert again.phantom > 0.5


@pytest.mark.parametrize("other", [ahead(45.0, "cow"), ahead(15.0, "cone")], ids=["sort", "place"])
def test_another_sort_and_another_place_are_not_suspect_for_it(other):
    fleet = certain_cone()
    verdict = judge(Ruling.REJECT, fleet)
    fleet.drive(50, NOON + 5 * HOUR, there=[other])
    (found,) = (
        one.hazard
        for one in fuse(fleet.views, fleet.observations, PARAMS, [verdict])
        if one.hazard.state is not State.CLEARED
    )
    assert found.phantom < 0.1


def test_a_word_about_one_of_two_hazards_says_nothing_of_the_other():
    fleet = Fleet()
    seen = fleet.drive(1, there=[CONE, ahead(45.0, "cow", right_m=-4.0)])
    cones = frozenset(one.id for one in seen if one.kind == "cone")
    about = replace(judge(Ruling.CONFIRM, fleet), observation_ids=cones)
    fused = fuse(fleet.views, fleet.observations, PARAMS, [about])
    assert {one.hazard.kind: one.hazard.confirmed for one in fused} == {"cone": True, "cow": False}


def test_a_moderator_relabels():
    fleet = certain_cone()
    verdict = judge(Ruling.RELABEL, fleet, kind="deer")
    fleet.drive(9, NOON + 2 * HOUR + timedelta(minutes=5), there=[CONE])
    hazard = the_only(fleet, verdicts=[verdict])
    assert (hazard.kind, hazard.half_life_s, hazard.severity) == ("deer", 1200.0, 3)
    assert hazard.passes == 5


def said(decision, fleet, witness, *, at=NOON + 2 * HOUR):
    """A vote; each witness says one thing."""
    ids = frozenset(o.id for o in fleet.observations)
    return Verdict(UUID(int=100 + witness), at, decision, CONE.lon, CONE.lat, "cone", ids, witness)


def odds(hazard):
    return hazard.p / (1.0 - hazard.p)


def test_a_vote_is_one_bit_at_most():
    fleet = Fleet()
    fleet.drive(1, there=[CONE])
    ignored = the_only(fleet, verdicts=[judge(Ruling.RELABEL, fleet)])  # moves the clock only
    for decision, ratio in [(Ruling.STANDS, 2.0), (Ruling.GONE, 0.5)]:
        told = the_only(fleet, verdicts=[said(decision, fleet, 70)])
        assert odds(told) == pytest.approx(odds(ignored) * ratio, rel=0.03)
        assert (told.witnesses, told.passes, told.published) == (1, 1, False)
        assert told.last_seen == ignored.last_seen


def test_a_person_has_one_vote():
    fleet = certain_cone()
    once = the_only(fleet, verdicts=[said(Ruling.GONE, fleet, 70)])
    again = replace(said(Ruling.GONE, fleet, 70), id=UUID(int=999))
    assert the_only(fleet, verdicts=[said(Ruling.GONE, fleet, 70), again]) == once


def test_nobody_clears_a_hazard_alone_not_even_who_reported_it():
    fleet = Fleet()
    fleet.drive(1, there=[CONE], scores=(0.5,))
    late = NOON + 11 * 24 * HOUR
    for voter in (1, 70):
        alone = the_only(fleet, verdicts=[said(Ruling.GONE, fleet, voter, at=late)])
        assert alone.state in LIVE
        assert alone.p >= PARAMS.limits.clear
    both = [said(Ruling.GONE, fleet, voter, at=late) for voter in (1, 70)]
    assert the_only(fleet, verdicts=both).state is State.CLEARED


def test_nobody_clears_alone_what_a_moderator_has_confirmed():
    fleet = Fleet()
    fleet.drive(1, there=[CONE])
    words = [
        judge(Ruling.CONFIRM, fleet, at=NOON + 2 * HOUR),
        said(Ruling.GONE, fleet, 71, at=NOON + 12 * 24 * HOUR),
    ]
    alone = the_only(fleet, verdicts=words)
    assert alone.state in LIVE
    assert alone.p >= PARAMS.limits.clear
    words.append(said(Ruling.GONE, fleet, 72, at=NOON + 12 * 24 * HOUR))
    assert the_only(fleet, verdicts=words).state is State.CLEARED


def test_many_votes_clear_what_no_camera_has_looked_at_again():
    fleet = certain_cone()
    votes = [said(Ruling.GONE, fleet, 70 + i) for i in range(14)]
    states = [the_only(fleet, verdicts=votes[:n]).state for n in (2, 14)]
    assert states[0] in LIVE
    assert states[1] is State.CLEARED
