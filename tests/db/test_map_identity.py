"""A hazard keeps its id for life; what people say changes it and can be taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hazardmap.core.fusion.hazard import LIVE, Change, State
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.hazards import models
from hazardmap.hazards.change_feed import changes, latest_cursor
from hazardmap.hazards.heirs import heir_of
from hazardmap.hazards.selectors import hazard_get
from hazardmap.hazards.services import expire_faded, fuse_pending, verdict_give, verdict_undo
from hazardmap.hazards.services.verdict_give import VerdictRefused
from hazardmap.platform.ids import new_id
from tests.detected import (
    contributor,
    drive,
    events,
    fuse_in_turn,
    hazards,
    minutes_ago,
    trail,
)
from tests.scenes import ahead

pytestmark = pytest.mark.django_db
COW = ahead(45.0, "cow")


@pytest.fixture
def cow():
    drive(contributor("ann"), minutes_ago(9), COW)
    fuse_pending()
    (hazard,) = hazards()
    return hazard


def present(hazard_id):
    found = hazard_get(hazard_id)
    assert found is not None
    return found


def test_it_keeps_its_id_when_it_is_seen_again(cow):
    drive(contributor("ben"), minutes_ago(5), COW)
    fuse_pending()
    assert [hazard.id for hazard in hazards()] == [cow.id]


def test_it_keeps_its_id_when_an_earlier_frame_comes_late(cow):
    drive(contributor("late"), minutes_ago(20), COW)
    fuse_pending()
    (hazard,) = hazards()
    assert hazard.id == cow.id
    assert hazard.first_seen < cow.first_seen
    assert len(trail(cow.id)) == 2


def test_two_that_prove_to_be_one_are_one_and_the_other_is_removed():
    """Two, 15 m apart, turn out to be one when frames from between them come late."""
    left, middle, right = (ahead(45.0, "cow", right_m=metres) for metres in (-4.5, 3.0, 10.5))
    drive(contributor("ann"), minutes_ago(9), left)
    fuse_pending()
    (first,) = hazards()
    for number in range(2):
        drive(contributor(f"cat{number}"), minutes_ago(3 - number), right)
    fuse_pending()
    (other,) = [hazard for hazard in hazards() if hazard.id != first.id]
    for number in range(3):
        drive(contributor(f"ben{number}"), minutes_ago(8 - number), middle)
    fuse_pending()
    (one,) = hazards()
    assert (one.id, one.passes) == (first.id, 6)
    assert events(other.id) == ["appeared", "removed"]
    assert hazard_get(other.id) is None
    assert heir_of(other.id) == first.id
    told = changes(0, limit=99).events
    assert {event.merged_into for event in told if event.hazard.id == first.id} == {None}
    (removed,) = (event for event in told if event.change is Change.REMOVED)
    assert (removed.hazard.id, removed.merged_into) == (other.id, first.id)


def test_confirming_publishes_what_one_account_has_seen(cow):
    assert not cow.published
    verdict_give(hazard_id=cow.id, decision=Ruling.CONFIRM)
    confirmed = present(cow.id)
    assert (confirmed.published, confirmed.confirmed, confirmed.witnesses) == (True, True, 1)
    assert events(cow.id) == ["appeared", "published"]


@pytest.mark.parametrize(
    ("decision", "kind"),
    [(Ruling.CONFIRM, ""), (Ruling.REJECT, ""), (Ruling.RELABEL, "horse")],
)
def test_undoing_restores_what_was(cow, decision, kind):
    said = trail(cow.id)
    verdict = verdict_give(hazard_id=cow.id, decision=decision, kind=kind)
    assert present(cow.id) != cow
    verdict_undo(verdict_id=verdict)
    assert hazards() == [cow]
    assert trail(cow.id) == said
    verdict_undo(verdict_id=verdict)
    assert hazards() == [cow]


def test_rejecting_removes_and_undoing_brings_back_the_same_hazard(cow):
    verdict = verdict_give(hazard_id=cow.id, decision=Ruling.REJECT)
    rejected = present(cow.id)
    assert (rejected.state, rejected.published) == (State.CLEARED, False)
    verdict_undo(verdict_id=verdict)
    assert events(cow.id) == ["appeared", "removed", "appeared"]


def test_what_is_seen_again_after_a_rejection_is_another_hazard_until_that_is_undone(cow):
    verdict = verdict_give(hazard_id=cow.id, decision=Ruling.REJECT)
    drive(contributor("ben"), minutes_ago(4), COW, frames=7)
    fuse_pending()
    (again,) = [hazard for hazard in hazards() if hazard.id != cow.id]
    verdict_undo(verdict_id=verdict)
    (joined,) = hazards()
    assert (joined.id, joined.witnesses) == (cow.id, 2)
    assert events(again.id)[-1] == "removed"


def test_relabelling_changes_the_kind_and_what_follows_from_it(cow):
    verdict_give(hazard_id=cow.id, decision=Ruling.RELABEL, kind="deer")
    deer = present(cow.id)
    assert (deer.kind, deer.half_life_s) == ("deer", 1200.0)
    assert events(cow.id)[-1] == "changed"
    drive(contributor("ben"), minutes_ago(4), COW)
    fuse_pending()
    assert [(hazard.id, hazard.kind) for hazard in hazards()] == [(cow.id, "deer")]


def test_a_verdict_that_makes_no_sense_is_refused(cow):
    with pytest.raises(VerdictRefused, match="not a kind"):
        verdict_give(hazard_id=cow.id, decision=Ruling.RELABEL, kind="unicorn")
    with pytest.raises(VerdictRefused, match="not a kind"):
        verdict_give(hazard_id=cow.id, decision=Ruling.RELABEL)
    with pytest.raises(VerdictRefused, match="no such hazard"):
        verdict_give(hazard_id=new_id(), decision=Ruling.CONFIRM)
    assert hazards() == [cow]
    assert not models.Verdict.objects.exists()


def test_the_sweep_expires_what_is_due_with_one_event_and_new_sightings_appear_anew(cow):
    cursor = latest_cursor()
    _let_time_pass(cow)
    assert expire_faded() == 1
    assert expire_faded() == 0
    expired = present(cow.id)
    assert (expired.state, expired.published) == (State.EXPIRED, False)
    (event,) = changes(cursor, limit=10).events
    assert (event.change, event.hazard) == (Change.REMOVED, expired)


def test_a_sighting_after_expiry_appears_on_the_map():
    old = drive(contributor("ann"), minutes_ago(60 * 24), COW)
    fuse_pending()
    assert [hazard.state for hazard in hazards()] == [State.EXPIRED]
    assert events() == []
    drive(contributor("ben"), minutes_ago(2), COW)
    fuse_pending()
    live = [hazard for hazard in hazards() if hazard.state in LIVE]
    assert len(live) == 1
    assert events(live[0].id) == ["appeared"]
    fuse_in_turn([old])
    assert events() == ["appeared"]


def _let_time_pass(hazard):
    """As if the hazard had been left alone long enough."""
    past = timezone.now() - timedelta(seconds=1)
    models.Hazard.objects.filter(id=hazard.id).update(expires_at=past)
