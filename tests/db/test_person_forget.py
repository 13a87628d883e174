"""Somebody leaves: the database and the blobs are searched for what is left of him."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from hazardmap.accounts.models import Consent, MailLink, Membership, User
from hazardmap.accounts.services import (
    AccountsRefused,
    account_leave,
    consent_give,
    key_create,
    organisation_create,
    pairing_code_create,
)
from hazardmap.capture.models import Frame, Takedown
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.sharing import Part
from hazardmap.hazards.checkpoint_models import Checkpoint
from hazardmap.hazards.image_selectors import images_of
from hazardmap.hazards.learned_models import Mounting
from hazardmap.hazards.models import Hazard, Look, Observation, View
from hazardmap.hazards.picture_models import PictureKey
from hazardmap.hazards.services import area_refuse, fuse_pending, vote_give
from hazardmap.inference.models import Detection, DetectionRun, ModelVersion, ShadowRun
from hazardmap.leaving.person_forget import people_forget, person_forget
from hazardmap.moderation.models import Decision
from hazardmap.moderation.report_models import ImageReport
from hazardmap.moderation.services import decide, report_decide, report_file
from hazardmap.platform.ids import new_id
from hazardmap.rewards.reason_models import Reason
from hazardmap.rewards.services import (
    payout_run,
    payout_target_set,
    share_set_aside,
    share_split,
)
from tests.account_scene import PASSWORD, founded, signed_in
from tests.moderation_scene import _frame, hazard_at
from tests.whose_rows import tables_with

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)


def drove_past(owner):
    """A frame of his first device in which nothing was found, fused into the map."""
    frame = _frame(owner.devices.get(), (24.95, 60.18), 1.0, timezone.now() - timedelta(minutes=9))
    DetectionRun.objects.create(
        id=frame.id,
        frame_id=frame.id,
        model_version=ModelVersion.objects.get(),
        dark=False,
        usable=True,
        context=[],
        blur_receipt={},
    )
    fuse_pending()
    return frame


def edited(owner):
    """By an administrator."""
    boss = User.objects.create_superuser("boss@hazardmap.example", None)
    form = {"email": owner.email, "name": "Aino Leaver", "is_active": "on"}
    signed_in(boss).post(f"/admin/accounts/user/{owner.pk}/change/", form)


def shared(owner, hazard_id):
    """A line of an invoice is divided: all of it is his, half of it because of this hazard."""
    line = new_id()
    share_set_aside(line_id=line, amount_micro=9_000_000, currency=Currency.EUR)
    parts = [Part(owner.witness, hazard_id, 1, 2)]
    share_split(line_id=line, weights={owner.witness: 2}, parts=parts)


@pytest.fixture
def left():
    """A contributor of two who saw a cow, and what he has besides; he is signed in."""
    hazard_id = hazard_at("cow", HELSINKI, timezone.now() - timedelta(minutes=5))
    owner = User.objects.earliest("joined_at")
    owner.set_password(PASSWORD)
    owner.name = "Aino Leaver"
    owner.save()
    frame = drove_past(owner)
    consent_give(user=owner, documents=list(Consent.Document))
    client = Client()
    client.force_login(owner)
    client.get("/account/")
    return owner, client, hazard_id, frame


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


def exported(client):
    answer = client.get("/account/data/export.json")
    return json.loads(b"".join(answer.streaming_content))


# Where each table's rows of a person stand in what he can take along.
EXPORTED = {
    "accounts_consent": lambda kept: kept["account"]["consents"],
    "accounts_device": lambda kept: kept["devices"],
    "accounts_keyevent": lambda kept: kept["acts_on_keys"],
    "accounts_maillink": lambda kept: kept["invitations_made"] and kept["links_by_mail"],
    "accounts_membership": lambda kept: kept["account"]["organisations"],
    "accounts_signin": lambda kept: kept["sign_ins"],
    "accounts_user": lambda kept: kept["account"]["email"],
    "capture_frame": lambda kept: kept["frames"][-1]["width_px"],
    "capture_takedown": lambda kept: any(one["takedown"] for one in kept["frames"]),
    "django_admin_log": lambda kept: kept["changes_noted"],
    "hazards_evidence": lambda kept: kept["evidence"],
    "hazards_look": lambda kept: kept["looks"],
    "hazards_mounting": lambda kept: kept["mountings"],
    "hazards_observation": lambda kept: kept["frames"][-1]["view"]["observations"],
    "hazards_picturekey": lambda kept: any(one["view"]["picture_keys"] for one in kept["frames"]),
    "hazards_view": lambda kept: kept["frames"][-1]["view"],
    "hazards_vote": lambda kept: kept["votes"],
    "inference_detection": lambda kept: kept["frames"][-1]["detections"],
    "inference_detectionrun": lambda kept: kept["frames"][-1]["runs"][0]["blur_receipt"] == {},
    "inference_shadowrun": lambda kept: any(one["trials"] for one in kept["frames"]),
    "moderation_auditentry": lambda kept: kept["audit_entries"],
    "moderation_decision": lambda kept: kept["decisions"],
    "otp_totp_totpdevice": lambda kept: kept["account"]["second_factor"],
    "rewards_account": lambda kept: kept["statement"]["lines"],
    "rewards_booking": lambda kept: kept["statement"]["lines"][0]["inputs"],
    "rewards_payout": lambda kept: kept["payouts"],
    "rewards_reason": lambda kept: kept["reasons"][0]["hazard_id"],
    "rewards_payouttarget": lambda kept: kept["payout_account"]["iban"],
}
LEFT_OUT = {
    "accounts_pairingcode": "a hash that lives five minutes",
    "hazards_checkpoint": "a memo of fusion: what it holds of him is in his views",
    "moderation_imagereport": "what others wrote of a picture; nobody knows who",
}


def test_every_table_that_knows_a_person_is_in_what_he_can_take_along(left):
    owner, client, hazard_id, _ = left
    device, frame = owner.devices.get(), Frame.objects.filter(account=owner).latest("id")
    organisation = organisation_create(name="Fleet", owner=owner)
    key_create(organisation=organisation, name="key", actor=owner)
    pairing_code_create(owner=owner)
    link = {"expires_at": timezone.now() + timedelta(days=1), "organisation": organisation}
    invited = {"purpose": "invite", "role": "reader", "invited_by": owner} | link
    MailLink.objects.create(token_sha256=b"1", email="friend@elsewhere.example", **invited)
    MailLink.objects.create(token_sha256=b"2", email=owner.email, **invited)
    session = client.session
    session["otp_device_id"] = TOTPDevice.objects.create(user=owner).persistent_id
    session.save()
    edited(owner)
    Takedown.objects.create(frame=frame)
    PictureKey.objects.get_or_create(frame_id=frame.id, key=1)
    Mounting.objects.create(device=device, learned_until=timezone.now())
    version = ModelVersion.objects.get()
    ShadowRun.objects.create(
        id=new_id(), frame_id=frame.id, model_version=version, live_version=version, live_ms=1.0
    )
    other = User.objects.exclude(pk=owner.pk).get(is_staff=False)
    image_report = {"frame_id": frame.id, "hazard_id": hazard_id, "reason": "privacy"}
    ImageReport.objects.create(**image_report)
    vote_give(
        hazard_id=hazard_at("dog", (24.9, 60.1), timezone.now()), account_id=owner.pk, stands=True
    )
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    decide(moderator=owner, hazard_id=hazard_id, action=Decision.Action.CONFIRM)
    payout_target_set(owner=owner, name="Aino", iban="DE89370400440532013000")
    shared(owner, hazard_id)
    payout_run(currency=Currency.EUR, at_least_micro=1, now=timezone.now() + timedelta(days=15))

    known = (owner.pk, owner.witness, owner.email, device.id, frame.id)
    tables = set().union(*(tables_with(one) for one in known))
    assert tables - EXPORTED.keys() - LEFT_OUT.keys() == set()
    kept = exported(client)
    assert [name for name in sorted(tables & EXPORTED.keys()) if not EXPORTED[name](kept)] == []
    assert EXPORTED.keys() - tables == set(), "the scene has no row there"
    text = json.dumps(kept)
    assert other.email not in text
    assert str(other.witness) not in text


def test_everything_that_is_kept_can_be_taken_along(left):
    owner, client, _, empty = left
    document = exported(client)
    assert document["account"]["email"] == owner.email
    assert len(document["frames"]) == 4
    last = next(one for one in document["frames"] if one["id"] == str(empty.id))
    assert last["picture"].endswith(reverse("image", args=[empty.id]))
    assert abs(last["lon"] - 24.95) < 0.001
    assert client.get("/account/data/").status_code == 200
    assert Client().get("/account/data/export.json").status_code == 302


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
