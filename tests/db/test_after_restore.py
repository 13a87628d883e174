"""`manage.py after_restore`: what is outside the database does not speak of a lost future."""

import asyncio
import os
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from hazardmap.billing.selectors import invoice_number
from hazardmap.billing.services import credit_note_issue, invoice_draft, invoice_finalise
from hazardmap.capture.blobs import stored_path
from hazardmap.capture.models import Frame
from hazardmap.core.fusion.hazard import Change
from hazardmap.hazards.change_feed import LOST, latest_cursor
from hazardmap.hazards.models import HazardEvent
from hazardmap.platform.ids import new_id
from hazardmap.platform.partitions import PARTITIONED_TABLES, missing_partitions, partition_name
from tests.asked import ask
from tests.billing_scene import BEFORE, customer_of, sell, serve
from tests.map_scene import buyer
from tests.moderation_scene import contributor, drive_by
from tests.problems import assert_problem
from tests.tile_reading import tile_at
from tests.webhook_scene import HELSINKI, cow, told
from tiles.files import fetch
from tiles.layers import LAYERS, build
from tiles.live.hub import Hub
from tiles.models import Publication
from tiles.publish import NeverBuilt, publish
from tiles.rebuild import rebuild

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sequences():
    """What is raised stays so beyond a test's transaction: it begins low, and other tests too."""
    names = ("hazards_hazardevent_cursor_seq", "hazards_zoneevent_cursor_seq")
    with connection.cursor() as cursor:
        before = []
        for name in names:
            cursor.execute(f"SELECT last_value, setval('{name}', 100) FROM {name}")  # noqa: S608 - ours
            before.append(cursor.fetchone()[0])
        yield
        for name, value in zip(names, before, strict=True):
            cursor.execute("SELECT setval(%s, %s)", [name, value])


def changes(client, key, since):
    return ask(client, key.token, "changes", since=since)


def restored(newest: int) -> None:
    """As from an older dump: later events and what the sequence knew are gone."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE hazards_hazardevent DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM hazards_hazardevent WHERE cursor > %s", [newest])
        cursor.execute("ALTER TABLE hazards_hazardevent ENABLE TRIGGER USER")
        cursor.execute("SELECT setval('hazards_hazardevent_cursor_seq', %s)", [newest])


@pytest.fixture
def fate(client):
    """The cursors of two clients: one of the time of the dump, one of the future it has lost."""
    key = buyer()
    hazard = told(Change.APPEARED, cow())
    before = changes(client, key, 0).json()["cursor"]
    for p in (0.5, 0.6, 0.7):
        told(Change.CHANGED, hazard, p=p)
    lost = changes(client, key, before).json()["cursor"]
    assert lost > before
    restored(before)
    return key, hazard, before, lost


def test_a_client_of_the_lost_future_is_told_and_every_other_misses_nothing(client, fate):
    key, hazard, before, lost = fate
    call_command("after_restore", "--yes")
    assert_problem(changes(client, key, lost), 400, "since", "is ahead of the newest change")
    assert changes(client, key, before).json()["changes"] == []
    for p in (0.1, 0.2, 0.3, 0.4):  # as many as were lost, and one more
        told(Change.CHANGED, hazard, p=p)
    assert_problem(changes(client, key, lost), 400, "since", "lost when this map was restored")
    assert_problem(changes(client, key, lost - 1), 400, "since", "lost when this map was restored")
    later = changes(client, key, before).json()
    assert [one["hazard"]["properties"]["p"] for one in later["changes"]] == [0.1, 0.2, 0.3, 0.4]
    assert later["cursor"] > before + LOST
    assert len(changes(client, key, 0).json()["changes"]) == 5
    assert changes(client, key, later["cursor"]).json()["changes"] == []
    history = ask(client, key.token, f"hazards/{hazard.id}/changes", since=lost)
    assert_problem(history, 400, "since", "lost when this map was restored")


def test_without_the_command_a_client_of_the_lost_future_would_miss_changes(client, fate):
    """What the command is there for."""
    key, hazard, _, lost = fate
    for p in (0.1, 0.2, 0.3, 0.4):
        told(Change.CHANGED, hazard, p=p)
    assert len(changes(client, key, lost).json()["changes"]) == 1


def test_doing_it_twice_is_doing_it_once(fate):
    _, hazard, before, _ = fate
    call_command("after_restore", "--yes")
    earliest = timezone.now().timestamp() * 1e6
    call_command("after_restore", "--yes")
    told(Change.CHANGED, hazard, p=0.9)
    assert before + LOST < latest_cursor() <= earliest


def test_a_dump_that_is_restored_twice_gives_no_cursor_twice(client, fate, monkeypatch):
    key, hazard, before, _ = fate
    given = []
    for minutes in (2, 1):
        at = timezone.now() - timedelta(minutes=minutes)
        with monkeypatch.context() as patched:
            patched.setattr(timezone, "now", lambda at=at: at)
            call_command("after_restore", "--yes")
        told(Change.CHANGED, hazard, p=0.9)
        given.append(latest_cursor())
        restored(before)
    assert given[0] < given[1]
    call_command("after_restore", "--yes")
    told(Change.CHANGED, hazard, p=0.9)
    for cursor in given:
        assert_problem(changes(client, key, cursor), 400, "since", "lost when this map was")


def test_a_map_without_any_change_begins_beyond_too(client):
    key = buyer()
    call_command("after_restore", "--yes")
    told(Change.APPEARED, cow())
    assert HazardEvent.objects.get().cursor > LOST
    assert len(changes(client, key, 0).json()["changes"]) == 1
    assert_problem(changes(client, key, 7), 400, "since", "lost when this map was restored")


class Ear:
    """A listener of the live stream."""

    def __init__(self, cursor):
        self.cursor, self.sent = cursor, b""

    def send(self, text):
        self.sent += text


@pytest.mark.django_db(transaction=True)
def test_a_listener_of_the_lost_future_begins_anew(fate):
    _, hazard, before, lost = fate
    call_command("after_restore", "--yes")
    for p in (0.1, 0.2, 0.3, 0.4):
        told(Change.CHANGED, hazard, p=p)
    hub, ear = Hub(), Ear(lost)
    try:
        asyncio.run(hub._check(ear))
    finally:
        hub.close()
    assert b"event: reset" in ear.sent
    assert ear.cursor == latest_cursor() > before + LOST


def test_built_tiles_and_their_archive_go_and_are_made_anew(settings):
    told(Change.APPEARED, cow())
    assert list(rebuild())
    tile = tile_at(*HELSINKI, 14)
    layer = LAYERS["hazards"]
    fetch("hazards", tile, lambda: b"of the lost future", layer.keep_s)
    settings.TILE_EXPORT.parent.mkdir()
    settings.TILE_EXPORT.touch()
    call_command("after_restore", "--yes")
    assert not settings.TILE_EXPORT.exists()
    assert not list(settings.TILE_FILES.rglob("*.mvt.gz"))
    assert Publication.objects.get().encoding == ""
    with pytest.raises(NeverBuilt):
        publish()
    assert list(rebuild())
    body = build("hazards", tile)
    assert body != b"of the lost future"
    call_command("after_restore", "--yes")  # also where nothing is left


def test_the_partitions_of_this_month_are_there_after_an_old_dump():
    now = timezone.now()
    with connection.cursor() as cursor:
        for name in PARTITIONED_TABLES:
            cursor.execute(f'DROP TABLE "{partition_name(name, now)}"')
    assert missing_partitions(now) == [partition_name(name, now) for name in PARTITIONED_TABLES]
    call_command("after_restore", "--yes")
    assert missing_partitions(now) == []


def test_no_number_of_an_invoice_or_a_credit_note_is_given_again(monkeypatch, capsys):
    """Also where the same dump is restored twice; the savepoint is the dump."""
    organisation_id, key = sell()
    serve(key, BEFORE, units=1000)
    now, given = timezone.now(), []
    for at in (now, now + timedelta(minutes=1)):
        dump = transaction.savepoint()
        with monkeypatch.context() as patched:
            patched.setattr(timezone, "now", lambda at=at: at)
            call_command("after_restore", "--yes")
            call_command("after_restore", "--yes")
        draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=BEFORE)
        invoice = invoice_finalise(invoice_id=draft.id)
        note = credit_note_issue(invoice_id=invoice.id, total_micro=1_000_000, reason="an outage")
        assert invoice_number(invoice) in capsys.readouterr().out
        given.append((invoice.number, note.number))
        transaction.savepoint_rollback(dump)
    first, second = given
    assert min(first) > 1_000_000, "far beyond what was lost"
    assert min(second) > max(first)


def test_pictures_without_a_frame_go_and_those_with_one_stay(settings, monkeypatch, capsys):
    drive_by(contributor("aino"), "cow", HELSINKI, timezone.now() - timedelta(minutes=1))
    kept = set(Frame.objects.values_list("stored", flat=True))
    assert all(default_storage.exists(path) for path in kept)
    lost, new = [default_storage.save(stored_path(new_id()), ContentFile(b"x")) for _ in "ab"]
    yesterday = (timezone.now() - timedelta(days=1)).timestamp()
    for path in {*kept, lost}:
        os.utime(default_storage.path(path), (yesterday, yesterday))
    call_command("after_restore", "--dry-run")
    said = f"would delete {lost}\n1 pictures without a frame would be deleted\n"
    assert capsys.readouterr().out == said
    monkeypatch.setattr("builtins.input", lambda question: "no" if "1 pictures" in question else "")
    with pytest.raises(CommandError, match="Nothing was done"):
        call_command("after_restore")
    assert default_storage.exists(lost)
    monkeypatch.setattr("builtins.input", lambda question: "yes")
    call_command("after_restore")
    assert not default_storage.exists(lost)
    assert default_storage.exists(new), "its worker may be about to say so"
    assert all(default_storage.exists(path) for path in kept)
    assert UUID(new[-40:-4])
