"""`manage.py status`: each line is stuck where what it reads says so, and fine before."""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.accounts.services import account_leave
from hazardmap.billing.payment_models import Payment
from hazardmap.billing.services import invoice_draft, invoice_finalise, payments_push
from hazardmap.billing.spend_models import SpendWatch
from hazardmap.capture.models import Frame, Takedown
from hazardmap.core.fusion.hazard import Change
from hazardmap.core.operation import condition
from hazardmap.core.operation.condition import Health
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.hazards.change_feed import latest_cursor
from hazardmap.hazards.feed_models import FeedReader
from hazardmap.hazards.learned_models import FusionVersion, StalePlace
from hazardmap.hazards.models import HazardEvent
from hazardmap.hazards.services import cells_refresh, fuse_pending
from hazardmap.inference.models import DetectionRun, ModelVersion
from hazardmap.inference.services.model_register import in_service
from hazardmap.metering.services import usage_record, usage_ship
from hazardmap.moderation.report_models import ImageReport
from hazardmap.moderation.services import report_file
from hazardmap.operation.status import status
from hazardmap.platform.partitions import make_partitions, month_after
from hazardmap.settings.env import ENV
from hazardmap.webhooks.models import Delivery, Endpoint
from hazardmap.webhooks.services import deliveries_make
from tests.billing_scene import BEFORE, customer_of, sell, serve
from tests.capture_scene import driver, waiting_frame
from tests.conftest import REPOSITORY
from tests.map_scene import buyer
from tests.moderation_scene import contributor, drive_by
from tests.webhook_scene import HELSINKI, cow, endpoint, told, watch
from tiles.models import Publication
from tiles.publish import publish
from tiles.rebuild import rebuild

pytestmark = pytest.mark.django_db
OK, LATE, STUCK = Health.OK, Health.LATE, Health.STUCK
NAMES = (
    *("database", "redis", "detector", "detection", "fusion", "places", "tiles"),
    *("webhooks sent", "usage logs", "spending", "invoices", "payments", "mail", "partitions"),
    *("old pictures", "reports", "takedowns", "leaving", "live stream"),
    *("schedule", "export", "disk"),
)


@pytest.fixture(autouse=True)
def well(settings, tmp_path, monkeypatch):
    """A site at which all is well."""
    monkeypatch.setattr("hazardmap.operation.status.live_problem", lambda _address: "")
    settings.VAR, settings.DATABASE_FOLDER = tmp_path, None
    for name in ("celery/schedule", "export/hazardmap.pmtiles"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    make_partitions(timezone.now())
    SpendWatch.objects.create(at=timezone.now())
    in_service()
    assert list(rebuild())


def line(name):
    return next(line for line in status() if line.name == name)


def ago(**span):
    return timezone.now() - timedelta(**span)


def aged(path, **span):
    at = ago(**span).timestamp()
    os.utime(path, (at, at))


def test_where_all_is_well_the_command_says_so_and_succeeds(capsys):
    call_command("status")
    lines = capsys.readouterr().out.splitlines()
    assert [line[:20].split(maxsplit=1) for line in lines] == [["ok", f"{n:13}"] for n in NAMES]
    call_command("status", "--json")
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told] == list(NAMES)
    assert {one["verdict"] for one in told} == {"ok"}


def test_where_something_is_stuck_the_command_says_all_and_fails(tmp_path, capsys):
    aged(tmp_path / "celery" / "schedule", hours=1)
    with pytest.raises(CommandError, match="stuck"):
        call_command("status", "--json")
    told = {one["name"]: one["verdict"] for one in json.loads(capsys.readouterr().out)}
    assert told.pop("schedule") == "stuck"
    assert set(told.values()) == {"ok"}


def test_without_a_database_it_says_what_can_be_said(tmp_path):
    environment = os.environ | {"DATABASE_URL": f"postgis://nobody@/nothing?host={tmp_path}"}
    done = subprocess.run(
        [sys.executable, "manage.py", "status"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    said = [line.split()[:2] for line in done.stdout.splitlines()]
    assert said[:2] == [["stuck", "database"], ["ok", "redis"]]
    assert [name for _, name in said[2:]] == ["live", "schedule", "export", "disk"]
    assert "Traceback" not in done.stderr


def test_redis_that_is_away_is_stuck(settings, tmp_path):
    here = settings.CACHES["default"] | {"LOCATION": f"unix://{tmp_path}/none.sock"}
    settings.CACHES = {"default": here}
    caches["default"].close()
    assert line("redis").verdict is STUCK


def test_a_live_stream_that_does_not_answer(monkeypatch):
    told = "hazardmap.operation.status.live_problem"
    monkeypatch.setattr(told, lambda address: f"{address}: refused")
    found = line("live stream")
    assert (found.verdict, found.said) == (STUCK, f"{ENV.live_address}: refused")


def test_a_detector_whose_files_are_gone(settings, tmp_path):
    settings.DETECTION_MANIFEST = tmp_path / "manifest.toml"
    assert line("detector").verdict is OK, "the live model is the shipped one"
    ModelVersion.objects.update(manifest=str(tmp_path / "manifest.toml"))
    assert line("detector").verdict is STUCK
    assert "manifest.toml" in line("detector").said


def test_a_detector_whose_manifest_offers_another():
    ModelVersion.objects.update(label="of-the-year-before")
    found = line("detector")
    assert (found.verdict, found.said.split(",")[0]) == (STUCK, "of-the-year-before")


def test_a_frame_that_nobody_looks_at():
    owner, device = driver()
    waiting_frame(device, owner)
    assert line("detection").verdict is OK
    assert re.fullmatch(r"the oldest for \d s", line("detection").said)
    Frame.objects.update(received_at=ago(minutes=11))
    assert line("detection").verdict is LATE
    Frame.objects.update(received_at=ago(hours=13))
    assert line("detection").verdict is STUCK


def test_a_detected_frame_that_the_map_does_not_take_in():
    drive_by(contributor("aino"), "cow", HELSINKI, ago(minutes=1))
    assert line("fusion").verdict is OK
    DetectionRun.objects.update(finished_at=ago(hours=1))
    assert line("fusion").verdict is STUCK
    fuse_pending()
    assert line("fusion").verdict is OK


def test_places_that_wait_for_a_version(monkeypatch):
    FusionVersion.objects.create(by="a test", learned=[], values={}, at=ago(hours=13))
    monkeypatch.setattr("tiles.backlog.half_lives_s", dict)  # the values of this one are none
    assert line("places").verdict is OK
    StalePlace.objects.create(cell=1)
    assert line("places").verdict is STUCK


def test_tiles_and_followers_that_do_not_follow():
    old = told(Change.APPEARED, cow())
    cells_refresh()
    assert line("tiles").verdict is OK
    assert "1 changes wait" in line("tiles").said
    publish()
    assert line("tiles").said == "nothing waits"
    with connection.cursor() as cursor:  # events are append-only: one that was told long ago
        cursor.execute(
            "INSERT INTO hazards_hazardevent (at, change, hazard_id, hazard) "
            "SELECT at - interval '1 hour', 'changed', hazard_id, hazard FROM hazards_hazardevent"
        )
    assert HazardEvent.objects.filter(hazard_id=old.id).count() == 2
    assert line("tiles").verdict is STUCK
    assert line("cells").verdict is STUCK
    publish()
    assert {line("tiles").verdict, line("cells").verdict} == {OK}
    Publication.objects.update(encoding="")
    assert line("tiles").verdict is LATE


def test_a_reader_has_a_line_as_soon_as_it_follows():
    assert "webhooks made" not in {line.name for line in status()}
    deliveries_make()
    assert line("webhooks made").verdict is OK
    assert FeedReader.objects.get(name="webhooks").cursor == latest_cursor()


def test_a_message_that_is_due_and_not_sent():
    key = buyer()
    made = endpoint("https://fleet.example/hook", key)
    watch(made.id, key)
    first = told(Change.APPEARED, cow())
    told(Change.CHANGED, first, p=0.5)
    deliveries_make()
    one, other = Delivery.objects.order_by("cursor")
    assert line("webhooks sent").verdict is OK
    Delivery.objects.update(next_at=ago(hours=1))
    assert line("webhooks sent").verdict is STUCK
    Delivery.objects.filter(id=one.id).update(next_at=timezone.now() + timedelta(hours=1))
    assert line("webhooks sent").said == "nothing waits", "the second waits for the first"
    Delivery.objects.filter(id=one.id).update(next_at=other.next_at - timedelta(hours=2))
    Endpoint.objects.update(retry_at=timezone.now() + timedelta(minutes=5))
    assert line("webhooks sent").said == "nothing waits", "the receiver is left alone"
    Endpoint.objects.update(retry_at=None, disabled_at=timezone.now(), disabled_why="gone")
    assert line("webhooks sent").said == "nothing waits"


def test_usage_that_is_not_loaded(settings):
    usage_record(UsageRecord("key", Meter.HAZARD, 1, timezone.now(), "now", "hazards", ()))
    assert line("usage logs").verdict is OK
    usage_ship()
    assert line("usage logs").said == "nothing waits"
    old = UsageRecord("key", Meter.HAZARD, 1, ago(minutes=40), "then", "hazards", ())
    [log] = settings.USAGE_LOG.glob("*.usage")
    with log.open("a") as file:
        file.write(f"{old.to_line()}\n")
    assert line("usage logs").verdict is STUCK
    usage_ship()
    (settings.USAGE_LOG / "2026-01-01T00-host-1.broken").touch()
    assert line("usage logs").verdict is LATE


def test_caps_that_nobody_looks_at():
    SpendWatch.objects.update(at=ago(minutes=1))
    assert line("spending").verdict is LATE
    SpendWatch.objects.update(at=ago(minutes=6))
    assert line("spending").verdict is STUCK
    SpendWatch.objects.all().delete()
    assert (line("spending").verdict, line("spending").said) == (STUCK, "never")


def test_a_bill_that_nobody_is_asked_to_pay():
    organisation_id, kid = sell()
    serve(kid, BEFORE, units=60_000)
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=BEFORE)
    assert draft is not None
    invoice_finalise(invoice_id=draft.id)
    assert line("payments").said.startswith("the oldest for")
    payments_push()
    assert line("payments").said == "nothing waits"
    Payment.objects.update(tries=12, problem="the provider is away")
    assert line("payments").verdict is STUCK


def test_partitions_that_are_missing():
    def drop(month):
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE inference_detection_{month:%Y_%m}")

    drop(month_after(timezone.now(), 1))
    assert line("partitions").verdict is LATE
    drop(timezone.now())
    assert line("partitions").verdict is STUCK


def test_a_picture_that_is_kept_too_long(settings):
    drive_by(contributor("ann"), "cow", HELSINKI, timezone.now())
    assert line("old pictures").verdict is OK
    settings.PICTURE_DAYS = -2
    assert line("old pictures") == condition.Line("old pictures", STUCK, "the oldest for 2 days")
    Frame.objects.update(picture_until=timezone.now() - timedelta(hours=3))
    assert line("old pictures").verdict is LATE
    Frame.objects.update(picture_until=timezone.now() + timedelta(hours=3))
    assert line("old pictures").verdict is OK


def test_what_people_were_promised():
    ann = contributor("ann")
    drive_by(ann, "cow", HELSINKI, timezone.now())
    frame = Frame.objects.first()
    report_file(frame_id=frame.pk, reason="wrong_kind")
    taken = Takedown.objects.create(frame=frame, erase_at=timezone.now())
    account_leave(user=ann.owner)
    names = ("reports", "takedowns", "leaving")
    assert {line(name).verdict for name in names} == {OK}
    Takedown.objects.filter(pk=taken.pk).update(erase_at=ago(hours=25))
    User.objects.update(leaving_at=ago(hours=25))
    ImageReport.objects.update(at=ago(days=8))
    assert {line(name).verdict for name in names} == {STUCK}
    Takedown.objects.filter(pk=taken.pk).update(erased_at=timezone.now())
    User.objects.update(leaving_at=None)
    ImageReport.objects.all().delete()
    assert {line(name).said for name in names} == {"nothing waits"}


def test_files_that_are_not_written_any_more(tmp_path):
    for path, name in (("celery/schedule", "schedule"), ("export/hazardmap.pmtiles", "export")):
        aged(tmp_path / path, days=4)
        assert line(name).verdict is STUCK
        (tmp_path / path).unlink()
    assert line("schedule").verdict is STUCK
    assert line("export").verdict is LATE
    (tmp_path / "celery" / "schedule.db").touch()
    assert line("schedule").verdict is OK


def test_a_disk_that_is_full(monkeypatch):
    monkeypatch.setattr(condition, "DISK_STUCK_BYTES", 2**62)
    assert line("disk").verdict is STUCK


def test_a_part_of_the_state_may_lie_on_a_disk_of_its_own(settings, monkeypatch, tmp_path):
    with TemporaryDirectory(dir="/dev/shm") as folder:  # another file system
        settings.USAGE_LOG, settings.DATABASE_FOLDER = Path(folder), tmp_path / "not-here"
        monkeypatch.setattr(
            "hazardmap.operation.status.free_bytes", lambda of: 10**12 if of == tmp_path else 9
        )
        found = [(one.name, one.verdict) for one in status() if one.name.startswith("disk")]
        assert found == [("disk", OK), ("disk of usage", STUCK)]
        settings.USAGE_LOG, settings.DATABASE_FOLDER = tmp_path, Path(folder)
        assert line("disk of database").verdict is STUCK
