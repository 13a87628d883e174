"""Decisions of moderators: what they do to the map, and the trail they leave."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.core.fusion.hazard import LIVE
from hazardmap.hazards.models import Hazard, HazardEvent, Verdict
from hazardmap.hazards.selectors import hazard_get
from hazardmap.hazards.services import fuse_pending
from hazardmap.moderation.models import AuditEntry, Decision
from hazardmap.moderation.selectors import decisions_about, last_decision, waiting
from hazardmap.moderation.services import DecisionRefused, decide, undo
from tests.moderation_scene import contributor, drive_by, hazard_at

pytestmark = pytest.mark.django_db
HERE = (24.94, 60.17)


@pytest.fixture
def moderator():
    return User.objects.create_user("moderator@hazardmap.example", is_staff=True)


@pytest.fixture
def cow():
    """Seen by one witness only: not published."""
    return hazard_at("cow", HERE, timezone.now() - timedelta(minutes=5), witnesses=1)


def copy_of(row):
    values = {field.attname: getattr(row, field.attname) for field in Hazard._meta.fields}
    return Hazard(**(values | {"id": uuid4()}))


def present(hazard_id):
    hazard = hazard_get(hazard_id)
    assert hazard is not None
    return hazard


def test_confirming_publishes_and_undoing_takes_it_back(moderator, cow):
    before = present(cow)
    assert (before.published, before.confirmed) == (False, False)

    decision = decide(moderator=moderator, hazard_id=cow, action="confirm")
    confirmed = present(cow)
    assert (confirmed.published, confirmed.confirmed) == (True, True)
    assert HazardEvent.objects.filter(hazard_id=cow).order_by("-cursor")[0].change == "published"
    assert cow not in [hazard.id for hazard in waiting(limit=10)]

    undo(moderator=moderator, decision_id=decision.id)
    assert present(cow) == before
    assert cow in [hazard.id for hazard in waiting(limit=10)]


def test_rejecting_takes_the_hazard_off_the_map_and_undoing_brings_it_back(moderator, cow):
    decision = decide(
        moderator=moderator, hazard_id=cow, action="reject", reason="nothing is there"
    )
    assert present(cow).state not in LIVE
    assert HazardEvent.objects.filter(hazard_id=cow).order_by("-cursor")[0].change == "removed"

    undo(moderator=moderator, decision_id=decision.id)
    assert present(cow).state in LIVE


def test_relabelling_changes_the_kind_and_undoing_changes_it_back(moderator, cow):
    decision = decide(moderator=moderator, hazard_id=cow, action="relabel", new_kind="horse")
    assert present(cow).kind == "horse"
    assert (decision.old_kind, decision.new_kind) == ("cow", "horse")
    assert cow not in [hazard.id for hazard in waiting(limit=10)]

    undo(moderator=moderator, decision_id=decision.id)
    assert present(cow).kind == "cow"


def test_deciding_twice_is_one_decision(moderator, cow):
    first = decide(moderator=moderator, hazard_id=cow, action="reject", reason="already gone")
    again = decide(moderator=moderator, hazard_id=cow, action="reject", reason="already gone")
    assert again.id == first.id
    assert Decision.objects.count() == Verdict.objects.count() == AuditEntry.objects.count() == 1


def test_undoing_twice_is_one_undo(moderator, cow):
    decision = decide(moderator=moderator, hazard_id=cow, action="confirm")
    undo(moderator=moderator, decision_id=decision.id)
    undone_at = Decision.objects.get(id=decision.id).undone_at
    undo(moderator=moderator, decision_id=decision.id)
    assert Decision.objects.get(id=decision.id).undone_at == undone_at
    assert [entry.action for entry in AuditEntry.objects.order_by("id")] == [
        "confirm",
        "undo confirm",
    ]


def test_the_same_word_about_new_evidence_is_a_new_decision(moderator, cow):
    first = decide(moderator=moderator, hazard_id=cow, action="confirm")
    Decision.objects.filter(id=first.id).update(at=timezone.now() - timedelta(minutes=4))
    drive_by(contributor("later"), "cow", HERE, timezone.now() - timedelta(minutes=1))
    fuse_pending()
    second = decide(moderator=moderator, hazard_id=cow, action="confirm")
    assert second.id != first.id
    assert [decision.id for decision in decisions_about(cow)] == [second.id, first.id]


def test_a_relabelled_hazard_waits_again_once_it_is_seen_again(moderator, cow):
    decision = decide(moderator=moderator, hazard_id=cow, action="relabel", new_kind="horse")
    Decision.objects.filter(id=decision.id).update(at=timezone.now() - timedelta(minutes=4))
    assert not waiting(limit=10)
    drive_by(contributor("later"), "horse", HERE, timezone.now() - timedelta(minutes=1))
    fuse_pending()
    assert [hazard.id for hazard in waiting(limit=10)] == [cow]


def test_after_an_undo_the_same_decision_can_be_made_again(moderator, cow):
    first = decide(moderator=moderator, hazard_id=cow, action="confirm")
    undo(moderator=moderator, decision_id=first.id)
    assert last_decision(moderator) is None
    second = decide(moderator=moderator, hazard_id=cow, action="confirm")
    assert second.id != first.id
    assert present(cow).confirmed
    assert last_decision(moderator) == second


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"action": "delete"}, "confirm, to reject or to relabel"),
        ({"action": "reject"}, "Say why"),
        ({"action": "reject", "reason": "   "}, "Say why"),
        ({"action": "reject", "reason": "x" * 201}, "at most 200"),
        ({"action": "relabel"}, "Choose the kind"),
        ({"action": "relabel", "new_kind": "dragon"}, "Choose the kind"),
        ({"action": "relabel", "new_kind": "cow"}, "cattle already"),
        ({"action": "confirm", "new_kind": "dog"}, "Only relabelling"),
    ],
)
def test_senseless_decisions_are_refused_and_leave_nothing(moderator, cow, words, says):
    before = present(cow)
    with pytest.raises(DecisionRefused, match=says):
        decide(moderator=moderator, hazard_id=cow, **words)
    assert present(cow) == before
    assert not Decision.objects.exists()
    assert not AuditEntry.objects.exists()
    assert not Verdict.objects.exists()


def test_a_hazard_that_is_off_the_map_cannot_be_decided(moderator, cow):
    decide(moderator=moderator, hazard_id=cow, action="reject", reason="nothing is there")
    with pytest.raises(DecisionRefused, match="no longer on the map"):
        decide(moderator=moderator, hazard_id=cow, action="confirm")
    with pytest.raises(DecisionRefused, match="no longer on the map"):
        decide(moderator=moderator, hazard_id=uuid4(), action="confirm")


def test_every_decision_and_undo_is_noted_with_who_why_old_and_new(moderator, cow):
    colleague = User.objects.create_user("colleague@hazardmap.example", is_staff=True)
    decision = decide(
        moderator=moderator, hazard_id=cow, action="reject", reason="a picture of a cow"
    )
    undo(moderator=colleague, decision_id=decision.id)
    given, taken = AuditEntry.objects.order_by("id")
    assert (given.actor, given.action) == ("moderator@hazardmap.example", "reject")
    assert (given.subject, given.reason) == (f"hazard {cow}", "a picture of a cow")
    assert given.before["state"] == "candidate"
    assert given.after["state"] == "cleared"
    assert (taken.actor, taken.action) == ("colleague@hazardmap.example", "undo reject")
    assert (taken.before, taken.after) == (given.after, given.before)
    assert str(decision.id) in taken.reason


def test_the_audit_log_cannot_be_changed_or_deleted(moderator, cow):
    decide(moderator=moderator, hazard_id=cow, action="confirm")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditEntry.objects.update(actor="somebody else")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditEntry.objects.all().delete()
    assert AuditEntry.objects.get().actor == moderator.email


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_are_one_decision(moderator, cow):
    both_ready = Barrier(2)

    def click(_):
        try:
            both_ready.wait(10)
            return decide(moderator=moderator, hazard_id=cow, action="confirm").id
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(click, range(2))
    assert first == second
    assert Verdict.objects.count() == AuditEntry.objects.count() == 1


def test_the_most_dangerous_waits_first_however_many_came_after_it(moderator, cow):
    """And those that were relabelled leave no gap at the end of the queue."""
    hour_ago = timezone.now() - timedelta(hours=1)
    Hazard.objects.filter(id=cow).update(first_seen=hour_ago, last_seen=hour_ago)
    cones = [hazard_at("cone", (24.94 + number / 100, 60.18), timezone.now()) for number in (1, 2)]
    row = Hazard.objects.get(id=cones[0])
    copies = [copy_of(row) for _ in range(600)]
    Hazard.objects.bulk_create(copies)
    assert waiting(limit=10)[0].id == cow
    Hazard.objects.filter(id__in=[one.id for one in copies[:5]]).update(severity=3)
    for hazard in waiting(limit=5):
        Decision.objects.create(
            hazard_id=hazard.id,
            verdict_id=uuid4(),
            moderator=moderator,
            action="relabel",
            old_kind=hazard.kind,
            new_kind="drum",
        )
    assert len(waiting(limit=5)) == 5
