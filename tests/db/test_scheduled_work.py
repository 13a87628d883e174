"""Each task of the schedule, called by its name, does its work on a small database.

How well is for the tests of what it calls; here it must not be lost that it calls it.
"""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from django.utils.module_loading import import_string

from hazardmap.accounts.models import Organisation, PairingCode, User
from hazardmap.accounts.services import account_leave, pairing_code_create
from hazardmap.api.idempotency import KEPT
from hazardmap.api.models import KeptAnswer
from hazardmap.billing.models import Subscription
from hazardmap.billing.payment_models import Payment
from hazardmap.billing.services import (
    cap_set,
    invoice_draft,
    invoice_finalise,
    spending_watch,
)
from hazardmap.billing.spend_models import SpendAlert
from hazardmap.capture.blobs import STORED, original_path
from hazardmap.capture.models import Frame, Takedown
from hazardmap.core.access.roles import Role
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.ids import uuid7
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.hazards.learned_models import FusionVersion, Mounting, StalePlace
from hazardmap.hazards.models import Hazard, Look
from hazardmap.hazards.services import fuse_pending, verdict_give
from hazardmap.hazards.services.stale_refuse import stale_mark
from hazardmap.hazards.zone_models import Zone
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.services import usage_record, usage_ship
from hazardmap.platform.ids import new_id
from hazardmap.platform.partitions import month_after
from hazardmap.webhooks.models import Delivery, Endpoint
from tests.account_scene import founded, member, person
from tests.billing_scene import BEFORE, customer_of, sell, serve
from tests.detected import contributor, drive, hazards, minutes_ago
from tests.scenes import Truth, ahead

pytestmark = pytest.mark.django_db
Scene = Callable[[], Iterator[None]]
# Whose own tests call the task itself, or let all processes run (tests/flows).
ELSEWHERE = {
    "compare_payments",
    "detect_pending",
    "draft_invoices",
    "export_tiles",
    "forget_mail_files",
    "forget_usage",
    "meter_watches",
    "reconcile_month",
    "share_held",
    "update_payers",
}
SCENES: dict[str, Scene] = {}


def name_of(task: str) -> str:
    return task.rpartition(".")[2]


def scene(made: Scene) -> Scene:
    """Named after its task; it lets the task work where it yields."""
    SCENES[made.__name__.removeprefix("for_")] = made
    return made


@scene
def for_fuse_pending() -> Iterator[None]:
    passed_by(ahead(45.0, "cow"))
    yield
    assert hazards()


@scene
def for_expire_faded() -> Iterator[None]:
    on_the_map(ahead(45.0, "cow"))
    Hazard.objects.update(expires_at=minutes_ago(1))
    yield
    assert Hazard.objects.get().state == "expired"


@scene
def for_refresh_zones() -> Iterator[None]:
    on_the_map(*(ahead(40.0 + 18.0 * i) for i in range(12)), frames=58)
    yield
    assert Zone.objects.exists()


@scene
def for_mountings_learn() -> Iterator[None]:
    on_the_map(ahead(35.0, "cow"), ahead(60.0, "horse"))
    yield
    assert Mounting.objects.exists()


@scene
def for_looks_decide() -> Iterator[None]:
    on_the_map(ahead(45.0, "cow"), minutes=60 * 5)
    yield
    assert Look.objects.exists()
    assert not Look.objects.filter(told=None).exists()


@scene
def for_trust_snapshot() -> Iterator[None]:
    on_the_map(ahead(45.0, "cow"))
    verdict_give(hazard_id=Hazard.objects.get().pk, decision=Ruling.REJECT)
    yield
    assert FusionVersion.objects.get().by == "schedule"


@scene
def for_stale_refuse() -> Iterator[None]:
    on_the_map(ahead(45.0, "cow"))
    assert stale_mark(None)
    yield
    assert not StalePlace.objects.exists()


@scene
def for_sweep_originals() -> Iterator[None]:
    sha = bytes(32)
    path = original_path(uuid7(minutes_ago(60), sha), sha)
    default_storage.save(path, ContentFile(b"x"))
    yield
    assert not default_storage.exists(path)


@scene
def for_erase_pictures() -> Iterator[None]:
    (frame_id,) = passed_by(frames=1)
    Takedown.objects.create(frame_id=frame_id, erase_at=minutes_ago(1))
    yield
    assert Takedown.objects.get().erased_at is not None


@scene
def for_sweep_copies() -> Iterator[None]:
    """Copies in each part of the folders: those of this hour go."""
    folders = "abcdefghijklmnopqrstuvwx"  # 24 that follow one another
    for folder in folders:
        path = default_storage.save(f"{STORED}/{folder}/{new_id()}.jpg", ContentFile(b"x"))
        os.utime(default_storage.path(path), (0, 0))
    yield
    left = [name for name in folders if default_storage.listdir(f"{STORED}/{name}")[1]]
    assert len(left) == 23


@scene
def for_forget_pictures() -> Iterator[None]:
    passed_by(frames=1)
    with override_settings(PICTURE_DAYS=0):
        yield
    assert Frame.objects.get().stored == ""


@scene
def for_forget_people() -> Iterator[None]:
    account_leave(user=person())
    User.objects.update(leaving_at=minutes_ago(60))
    yield
    assert not User.objects.exists()


@scene
def for_forget_ended() -> Iterator[None]:
    pairing_code_create(owner=person())
    PairingCode.objects.update(expires_at=minutes_ago(1))
    yield
    assert not PairingCode.objects.exists()


@scene
def for_forget_answers() -> Iterator[None]:
    KeptAnswer.objects.create(name=b"x", payload=b"y", at=timezone.now() - 2 * KEPT)
    yield
    assert not KeptAnswer.objects.exists()


@scene
def for_forget_deliveries() -> Iterator[None]:
    delivered_to(founded()[0])
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    yield
    assert not Delivery.objects.exists()


@scene
def for_ship_usage() -> Iterator[None]:
    usage_record(UsageRecord("k", Meter.TILE, 1, timezone.now(), "r", "hazards/1/1/1"))
    yield
    assert UsageEvent.objects.get().request_id == "r"


@scene
def for_watch_spending() -> Iterator[None]:
    spent()
    yield
    assert SpendAlert.objects.filter(percent=100, mailed_at__isnull=False).exists()


@scene
def for_tell_alerts() -> Iterator[None]:
    delivered_to(spent())
    Delivery.objects.all().delete()
    spending_watch()
    yield
    assert {row.type for row in Delivery.objects.all()} == {"spending.alert"}


@scene
def for_end_subscriptions() -> Iterator[None]:
    sell()
    Organisation.objects.update(closed_at=timezone.now())
    yield
    assert Subscription.objects.get().end is not None


@scene
def for_push_payments() -> Iterator[None]:
    billed()
    yield
    assert Payment.objects.get().ref == "HM-000001"


@scene
def for_make_partitions() -> Iterator[None]:
    month = month_after(timezone.now(), 2)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE metering_usageevent_{month:%Y_%m}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"metering_usageevent_{month:%Y_%m}"])
        assert cursor.fetchone() != (None,)


TASKS = [one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()]


@pytest.mark.parametrize("task", [task for task in TASKS if name_of(task) not in ELSEWHERE])
def test_a_task_of_the_schedule_does_its_work(task):
    steps = SCENES[name_of(task)]()
    next(steps)
    import_string(task)()
    with pytest.raises(StopIteration):
        next(steps)


def passed_by(*things: Truth, minutes: float = 9, frames: int = 12) -> list[UUID]:
    return drive(contributor(new_id().hex), minutes_ago(minutes), *things, frames=frames)


def on_the_map(*things: Truth, minutes: float = 9, frames: int = 12) -> None:
    for _ in range(2):
        passed_by(*things, minutes=minutes, frames=frames)
    fuse_pending()
    assert hazards()


def billed() -> None:
    organisation_id, key = sell()
    serve(key, BEFORE, units=60_000)
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=BEFORE)
    assert draft is not None
    invoice_finalise(invoice_id=draft.id)


def spent() -> Organisation:
    """A cap is passed, and somebody sees to the bills."""
    month = month_of(timezone.now())
    organisation_id, key = sell(month.start)
    organisation = Organisation.objects.get(pk=organisation_id)
    member(organisation, Role.OWNER)
    cap_set(organisation_id=organisation_id, amount=Decimal(1))
    usage_record(UsageRecord(key, Meter.HAZARD, 5000, timezone.now(), "r", "hazards"))
    usage_ship()
    return organisation


def delivered_to(organisation: Organisation) -> None:
    endpoint = Endpoint.objects.create(
        organisation=organisation, key_id="k", url="https://fleet.example/"
    )
    Delivery.objects.create(endpoint=endpoint, type="webhook.test", body="{}")
