"""What a person can take along is all that the tables have of him."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from hazardmap.accounts.models import MailLink, User
from hazardmap.accounts.services import key_create, organisation_create, pairing_code_create
from hazardmap.capture.models import Frame, Takedown
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.hazards.learned_models import Mounting
from hazardmap.hazards.picture_models import PictureKey
from hazardmap.hazards.services import vote_give
from hazardmap.inference.models import ModelVersion, ShadowRun
from hazardmap.moderation.models import Decision
from hazardmap.moderation.report_models import ImageReport
from hazardmap.moderation.services import decide
from hazardmap.platform.ids import new_id
from hazardmap.rewards.services import payout_run, payout_target_set
from tests.leaving_scene import edited, shared
from tests.moderation_scene import hazard_at
from tests.whose_rows import tables_with

pytestmark = pytest.mark.django_db


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
