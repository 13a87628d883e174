"""What a database holds when it is migrated: rows stay, and mean what they meant."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import h3.api.basic_int as h3
import pytest
from django.apps.registry import Apps
from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from hazardmap.core.geometry.coverings import looked_cell
from tests.stack import own_database

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
Migrate = Callable[[str, str], Apps]


@pytest.fixture
def migrate(django_db_blocker: DjangoDbBlocker) -> Iterator[Migrate]:
    """Bring an empty database to a migration of an app, with what that needs: its models then.

    It stands in for the one of the other tests, since migrations ask the default connection.
    """
    ours = connections["default"]
    with own_database() as name, django_db_blocker.unblock():
        connections["default"] = theirs = ours.copy()
        theirs.settings_dict["NAME"] = name
        try:
            yield _migrate
        finally:
            theirs.close()
            connections["default"] = ours


def _migrate(app: str, name: str) -> Apps:
    executor = MigrationExecutor(connection)
    executor.migrate([(app, name)])
    return executor.loader.project_state([(app, name)]).apps


def _organisation(apps: Apps) -> object:
    return apps.get_model("accounts", "Organisation").objects.create(name="A buyer")


def test_alerts_that_were_mailed_before_are_not_handed_on(migrate: Migrate) -> None:
    before = migrate("billing", "0005_payments")
    customer = before.get_model("billing", "Customer").objects.create(
        organisation=_organisation(before),
        seller=before.get_model("billing", "Seller").objects.create(),
        currency="EUR",
    )
    for percent in (50, 100):
        before.get_model("billing", "SpendAlert").objects.create(
            customer=customer,
            month=AT,
            percent=percent,
            cap_micro=10,
            spent_micro=percent // 10,
            at=AT + timedelta(hours=percent),
        )
    alerts = migrate("billing", "0006_alerts_handed_on").get_model("billing", "SpendAlert").objects
    assert set(alerts.values_list("percent", "handed_on_at")) == {
        (50, AT + timedelta(hours=50)),
        (100, AT + timedelta(hours=100)),
    }
    new = alerts.create(customer_id=customer.pk, month=AT, percent=80, cap_micro=10, spent_micro=8)
    assert new.handed_on_at is None


def test_keys_that_were_stopped_stay_so_for_tiles(migrate: Migrate) -> None:
    before = migrate("billing", "0008_told_credited").get_model("billing", "StoppedKey").objects
    before.create(key_id="a" * 16, at=AT)
    stopped = migrate("billing", "0009_stopped_key_meter").get_model("billing", "StoppedKey")
    rows = stopped.objects.values_list("key_id", "meter", "at")
    assert list(rows) == [("a" * 16, "tile", AT)]
    stopped.objects.create(key_id="a" * 16, meter="answer", at=AT)
    with pytest.raises(IntegrityError):
        stopped.objects.create(key_id="a" * 16, meter="tile", at=AT)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("INSERT INTO billing_stoppedkey (key_id, at) VALUES ('b', now())")

    back = migrate("billing", "0008_told_credited").get_model("billing", "StoppedKey").objects
    assert list(back.values_list("key_id", "at")) == [("a" * 16, AT)]
    with pytest.raises(IntegrityError):
        back.create(key_id="a" * 16, at=AT)


def test_deliveries_that_were_tried_before_keep_the_time_of_their_usage(migrate: Migrate) -> None:
    before = migrate("webhooks", "0001_initial")
    endpoint = before.get_model("webhooks", "Endpoint").objects.create(
        organisation=_organisation(before), key_id="a" * 16, url="https://buyer.example"
    )
    made = before.get_model("webhooks", "Delivery").objects.create
    common = {"endpoint": endpoint, "body": "{}", "created_at": AT}
    made(type="new", **common)
    made(type="counted", attempts=1, **common)
    made(type="dead", state="dead", **common)
    made(type="delivered", state="delivered", delivered_at=AT + timedelta(hours=1), **common)
    begun = made(type="begun", **common)
    for _ in range(2):
        begun.tries.create(at=AT + timedelta(hours=2), duration_ms=1)
    after = migrate("webhooks", "0002_delivery_begun_at").get_model("webhooks", "Delivery")
    assert dict(after.objects.values_list("type", "begun_at")) == {
        "new": None,
        "counted": AT,
        "dead": AT,
        "delivered": AT,
        "begun": AT,
    }


def test_checkpoints_of_older_rules_are_forgotten(migrate: Migrate) -> None:
    before = migrate("hazards", "0012_postponed").get_model("hazards", "Checkpoint").objects
    before.create(anchor=1, cells=[], at=AT, params="p", state={}, hazards=[])
    after = migrate("hazards", "0013_checkpoint_devices").get_model("hazards", "Checkpoint").objects
    assert not after.exists()
    assert after.create(anchor=1, cells=[], at=AT, params="p", state={}, hazards=[]).devices == []


def test_what_devices_have_said_themselves_is_known_and_evaluated_anew(migrate: Migrate) -> None:
    before = migrate("hazards", "0016_merged_into_checked")
    runs = migrate("inference", "0003_shadow_run_by_frame")
    model = runs.get_model("inference", "ModelVersion").objects.create(label="m", sha256="0" * 64)
    for number, source in enumerate(("edge", "worker")):
        runs.get_model("inference", "DetectionRun").objects.create(
            id=UUID(int=number),
            frame_id=UUID(int=number),
            model_version=model,
            source=source,
            dark=False,
            usable=True,
            context=[],
            blur_receipt={},
        )
        before.get_model("hazards", "View").objects.create(
            frame_id=UUID(int=number),
            device_id=UUID(int=1),
            witness=1,
            captured_at=AT,
            position=Point(25.0 + number, 60.0),
            cell=looked_cell(25.0 + number, 60.0),
            accuracy_m=2.0,
            heading_sigma_deg=2.0,
            camera={},
            aspect=1.5,
            usable=True,
            dark=False,
            simulated=False,
            occluders=[],
            model_version="m",
        )
    after = migrate("hazards", "0017_own_eyes")
    views = after.get_model("hazards", "View").objects.order_by("frame_id")
    assert list(views.values_list("edge", flat=True)) == [True, False]
    waiting = after.get_model("hazards", "StalePlace").objects.values_list("cell", flat=True)
    here = h3.cell_to_parent(looked_cell(25.0, 60.0), 7)
    assert set(waiting) == set(h3.grid_disk(here, 1))


def test_pictures_are_known_again_after_their_keys_have_rows_of_their_own(migrate: Migrate) -> None:
    before = migrate("hazards", "0019_heirs_backwards")
    gone = "Picture"  # a model of then
    pictures = before.get_model("hazards", gone).objects
    pictures.create(frame_id=UUID(int=1), keys=[3, -3])
    pictures.create(frame_id=UUID(int=2), keys=[3])
    after = migrate("hazards", "0020_picture_key")
    kept = after.get_model("hazards", "PictureKey").objects.values_list("frame_id", "key")
    assert set(kept) == {(UUID(int=1), 3), (UUID(int=1), -3), (UUID(int=2), 3)}


def test_what_was_divided_two_weeks_ago_is_settled_as_it_was(migrate: Migrate) -> None:
    booked = migrate("rewards", "0005_reasons").get_model("rewards", "Booking").objects
    now = datetime.now(UTC)
    for line, days in (("paid", 15), ("corrected", 15), ("lately", 13)):
        booked.create(reference=f"split:{line}", inputs={}, at=now - timedelta(days=days))
    booked.create(reference="correction:corrected", inputs={}, at=now)
    after = migrate("rewards", "0006_settled").get_model("rewards", "Booking").objects
    settled = after.filter(reference__startswith="correction:")
    assert dict(settled.values_list("reference", "at")) == {
        "correction:paid": now - timedelta(days=1),
        "correction:corrected": now,
    }
