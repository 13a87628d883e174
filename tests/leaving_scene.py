"""A contributor who will leave, and what a site knows of him."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from hazardmap.accounts.models import Consent, User
from hazardmap.accounts.services import consent_give
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.sharing import Part
from hazardmap.hazards.services import fuse_pending
from hazardmap.inference.models import DetectionRun, ModelVersion
from hazardmap.platform.ids import new_id
from hazardmap.rewards.services import share_correct, share_set_aside, share_split
from tests.account_scene import PASSWORD, signed_in
from tests.moderation_scene import _frame, hazard_at

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
    weights: dict[int | None, int] = {owner.witness: 2}
    share_split(line_id=line, weights=weights, parts=parts)
    share_correct(line_id=line, weights=weights, penalties={}, units=2)


def leaver():
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
