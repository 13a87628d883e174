"""Somebody leaves: the database and the blobs are searched for what is left of him."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from hazardmap.accounts.models import Membership, User
from hazardmap.accounts.services import (
    AccountsRefused,
    account_leave,
    key_create,
    organisation_create,
)
from hazardmap.capture.models import Frame
from hazardmap.hazards.checkpoint_models import Checkpoint
from hazardmap.hazards.image_selectors import images_of
from hazardmap.hazards.models import Hazard, Look, Observation, View
from hazardmap.hazards.services import area_refuse
from hazardmap.inference.models import Detection
from hazardmap.leaving.person_forget import people_forget, person_forget
from hazardmap.moderation.models import Decision
from hazardmap.moderation.services import decide, report_decide, report_file
from hazardmap.rewards.reason_models import Reason
from hazardmap.rewards.services import payout_target_set
from tests.account_scene import PASSWORD, founded, signed_in
from tests.leaving_scene import edited, shared
from tests.whose_rows import tables_with

pytestmark = pytest.mark.django_db


def test_nothing_is_left_but_what_the_map_has_learned(left):
    owner, client, hazard_id, empty = left
    edited(owner)
    shared(owner, hazard_id)
    assert Reason.objects.filter(witness=owner.witness).exists()
    device = owner.devices.get()
    frames = list(Frame.objects.filter(account=owner).values_list("id", flat=True))
    telling = set(
        Observation.objects.filter(view__witness=owner.witness).values_list("view", flat=True)
    )
    blobs = Path(default_storage.path(""))
    assert len(list(blobs.rglob("*.jpg"))) == 7
    assert empty.id in set(frames) - telling
    assert View.objects.filter(frame_id=empty.id).exists()
    before = Hazard.objects.values("p", "witnesses", "published").get(id=hazard_id)

    assert "closed" in client.post("/account/data/leave/", {"password": PASSWORD}).content.decode()
    assert client.get("/account/").status_code == 302
    assert people_forget() == 0, "what was under way may still arrive"
    User.objects.filter(pk=owner.pk).update(leaving_at=timezone.now() - timedelta(minutes=11))
    shared(owner, hazard_id)
    assert Reason.objects.count() == 1, "of who has left nothing more is noted"
    assert people_forget() == 1
    assert people_forget() == 0

    assert not Reason.objects.exists(), "money says no more where he drove"
    for text in (owner.email, owner.name, owner.pk, device.id, device.kid):
        assert tables_with(text) == set(), text
    for frame_id in frames:
        allowed = {"hazards_view", "hazards_observation"} if frame_id in telling else set()
        assert tables_with(frame_id) <= allowed, frame_id
    assert not Frame.objects.filter(id__in=frames).exists()
    assert not Detection.objects.filter(frame_id__in=frames).exists()
    assert len(list(blobs.rglob("*.jpg"))) == 3, "the other driver's"
    assert not Look.objects.filter(witness=owner.witness).exists()
    assert Hazard.objects.values("p", "witnesses", "published").get(id=hazard_id) == before
    shown = {image.frame_id for image in images_of(hazard_id)}
    assert shown
    assert shown.isdisjoint(frames)


def test_what_stays_is_still_evidence(left):
    owner, _, hazard_id, _ = left
    seen = Observation.objects.filter(view__witness=owner.witness).count()
    account_leave(user=owner)
    person_forget(account_id=owner.pk, witness=owner.witness)
    person_forget(account_id=owner.pk, witness=owner.witness)
    assert Observation.objects.filter(view__witness=owner.witness).count() == seen > 0
    hazard = Hazard.objects.get(id=hazard_id)
    list(area_refuse((24.9, 60.1, 25.0, 60.2)))
    after = Hazard.objects.get(id=hazard_id)
    assert (after.witnesses, after.passes) == (hazard.witnesses, hazard.passes) == (2, 2)


def test_leaving_needs_the_password_and_no_duties(left):
    owner, client, *_ = left
    client.post("/account/data/leave/", {"password": "wrong"})
    assert User.objects.get(pk=owner.pk).is_active
    organisation_create(name="Fleet", owner=owner)
    page = client.post("/account/data/leave/", {"password": PASSWORD}, follow=True)
    assert "last owner of Fleet" in page.content.decode()
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    with pytest.raises(AccountsRefused, match="administration"):
        account_leave(user=owner)


def test_acts_of_somebody_who_left_stay_without_him():
    organisation, olga = founded()
    key_create(organisation=organisation, name="key", actor=olga)
    Membership.objects.create(organisation=organisation, user=founded("B", "b")[1], role="owner")
    account_leave(user=olga)
    account_leave(user=olga)
    person_forget(account_id=olga.pk, witness=olga.witness)
    assert tables_with(olga.pk) == {"accounts_keyevent"}


def test_a_former_moderator_is_forgotten_and_what_he_decided_stays(left):
    owner, client, hazard_id, frame = left
    report_file(frame_id=frame.id, reason="wrong_kind")
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    decide(moderator=owner, hazard_id=hazard_id, action=Decision.Action.CONFIRM)
    report_decide(moderator=owner, frame_id=frame.id, decision="kept")
    User.objects.filter(pk=owner.pk).update(is_staff=False)
    payout_target_set(owner=owner, name="Aino", iban="DE89370400440532013000")
    client.post("/account/data/leave/", {"password": PASSWORD})
    User.objects.filter(pk=owner.pk).update(leaving_at=timezone.now() - timedelta(minutes=11))
    assert people_forget() == 1
    for text in (owner.pk, owner.name, "DE89370400440532013000"):
        assert tables_with(text) == set(), text
    colleague = signed_in(User.objects.create_superuser("boss@hazardmap.example", None))
    for page in (f"queue/{hazard_id}", f"reports/{frame.id}"):
        assert "somebody who has left" in colleague.get(f"/admin/{page}/").content.decode(), page


def test_the_operator_forgets_by_a_command(left):
    owner, *_ = left
    call_command("forget_person", owner.email)
    assert not User.objects.filter(pk=owner.pk).exists()
    with pytest.raises(CommandError, match="no account"):
        call_command("forget_person", owner.email)


def test_an_account_that_was_left_is_off():
    _, olga = founded()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=olga.pk).update(leaving_at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_who_cannot_be_forgotten_keeps_nobody_waiting(monkeypatch, caplog):
    first, second = (founded(name, name)[1] for name in "ab")
    long_ago = timezone.now() - timedelta(hours=1)
    for minutes, user in enumerate((first, second)):
        Membership.objects.filter(user=user).delete()
        account_leave(user=user)
        left_at = long_ago + timedelta(minutes=minutes)
        User.objects.filter(pk=user.pk).update(leaving_at=left_at)

    def forget(*, witness):
        if witness == first.witness:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")

    with monkeypatch.context() as patch:
        patch.setattr("hazardmap.leaving.person_forget.witness_forget", forget)
        assert people_forget() == 1
    assert str(first.pk) in caplog.text
    assert list(User.objects.filter(leaving_at__isnull=False)) == [first]
    assert people_forget() == 1


def test_forgetting_reads_no_table_whole(left):
    """By plans, with sequential reading as dear as it is where tables are large."""
    owner, *_ = left
    account_leave(user=owner)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plans = []

    def planned(execute, statement, values, many, context):
        if statement.lstrip().startswith(("SELECT", "DELETE", "UPDATE")):
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {statement}", values)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(statement, values, many, context)

    with connection.execute_wrapper(planned):
        person_forget(account_id=owner.pk, witness=owner.witness)
    read = [plan for plan in plans if "Seq Scan on hazards" in plan or "Seq Scan on inf" in plan]
    assert read == []
    assert any("view_by_witness" in plan for plan in plans)


def test_memos_name_their_devices(left):
    owner, *_ = left
    devices = {device.pk for device in owner.devices.all()}
    named = [set(found) for found in Checkpoint.objects.values_list("devices", flat=True)]
    assert named
    assert set().union(*named) & devices
