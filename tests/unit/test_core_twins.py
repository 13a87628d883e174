"""Two names of one thing are joined where passes take turns with them, two things never."""

from datetime import timedelta

from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.fusion.fuse import on_plane
from hazardmap.core.fusion.hazard import LIVE, State
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.replay import Replay
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.seeing.passes import split
from tests.fuse import fuse
from tests.scenes import HELSINKI, NOON, Fleet, ahead

NEAR, FAR = ahead(38.0, "debris"), ahead(62.0, "debris")


def driven(drives) -> Fleet:
    """Drives past what each is to see, five minutes apart."""
    fleet = Fleet()
    for witness, there in enumerate(drives):
        fleet.drive(witness, NOON + witness * timedelta(minutes=5), there=there, offset_m=1.0)
    return fleet


def live(drives) -> int:
    """How many hazards stand after these drives."""
    fleet = driven(drives)
    fused = fuse(fleet.views, fleet.observations, FusionParams())
    return sum(one.hazard.state in LIVE for one in fused)


def test_a_thing_that_every_other_receiver_places_far_off_becomes_one():
    assert live([[NEAR], [FAR]] * 3) == 2
    assert live([[NEAR], [FAR]] * 7) == 1


def test_what_every_pass_reports_stays_two():
    assert live([[NEAR, FAR]] * 12) == 2


def test_nothing_is_lost_of_a_pass_that_reported_both():
    fleet = driven([[NEAR, FAR], *[[NEAR], [FAR]] * 9])
    (one,) = fuse(fleet.views, fleet.observations, FusionParams())
    assert one.observation_ids == {o.id for o in fleet.observations}
    score = {o.id: o.score for o in fleet.observations}
    for line in one.evidence:
        assert line.score == score[line.best_observation] == max(map(score.get, line.observations))


def candidate(fleet: Fleet) -> Candidate:
    """The only one after all drives of a fleet."""
    plane = Plane(*HELSINKI)
    by_frame = {view.frame_id: view for view in fleet.views}
    replay = Replay(plane, FusionParams(), on_plane(fleet.observations, by_frame, plane))
    (only,) = replay.run(split(fleet.views), ())
    return only


def test_a_twin_that_was_sure_long_ago_makes_nothing_surer():
    cow, sure, recent = ahead(40.0, "cow"), Fleet(), Fleet(seed=2)
    for witness in range(3):
        sure.drive(witness, there=[cow])
    recent.drive(9, NOON + timedelta(days=1), there=[cow], scores=(0.3,))
    old, new = candidate(sure), candidate(recent)
    before = new.belief.exists
    assert old.belief.exists > before > old.belief_at(new.at).exists
    new.absorb(old)
    assert new.belief.exists == before


def test_twins_that_one_witness_each_has_seen_are_on_the_map_together():
    cow, first, second = ahead(40.0, "cow"), Fleet(), Fleet(seed=2)
    first.drive(1, there=[cow])
    second.drive(2, NOON + timedelta(minutes=5), there=[cow])
    older, younger = candidate(first), candidate(second)
    assert [one.state for one in (older, younger)] == [State.CANDIDATE] * 2
    older.absorb(younger)
    assert older.published
    assert (older.state, younger.state) == (State.ACTIVE, State.CLEARED)


def test_who_has_said_of_either_that_it_is_gone_has_said_it_of_both():
    cow, first, second = ahead(40.0, "cow"), Fleet(), Fleet(seed=2)
    first.drive(1, there=[cow])
    second.drive(2, NOON + timedelta(minutes=5), there=[cow])
    older, younger = candidate(first), candidate(second)
    for voter, one in ((71, older), (72, younger)):
        one.vote(NOON + timedelta(minutes=6), voter, stands=False)
        assert one.voices.deniers == 1
    older.absorb(younger)
    assert older.voices.deniers == 2
