"""A disk that takes nothing more: what can be served is, and all goes on by itself afterwards."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from hazardmap import upkeep
from hazardmap.core.fusion.hazard import Change
from hazardmap.platform import disk
from hazardmap.webhooks.models import Delivery
from hazardmap.webhooks.services import Sender
from tests.map_scene import buyer, in_tiles
from tests.receiver import receiving
from tests.tile_reading import get_path, tile_at
from tests.webhook_scene import HELSINKI, cow, endpoint, told, usage, watch
from tiles import own_connection
from tiles.denied import EVERYBODY, deny
from tiles.files import forget
from tiles.management.commands import publish_tiles

deliver_webhooks = import_module("hazardmap.closing.management.commands.deliver_webhooks")
usage_recording = import_module("hazardmap.metering.services.usage_record")
bill = import_module("hazardmap.webhooks.services.delivery_bill")
TILE = tile_at(*HELSINKI, 14)
PATH = f"/tiles/v1/hazards/{TILE.z}/{TILE.x}/{TILE.y}.mvt"


@contextmanager
def nothing_made(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No new name can be written down, as where a file system has no room for another."""
    opened, touched = os.open, Path.touch

    def without_new(path, flags, *rest, **more):
        if flags & os.O_CREAT and not Path(path).exists():
            full()
        return opened(path, flags, *rest, **more)

    def untouched(path, *rest, **more):
        return touched(path, *rest, **more) if path.exists() else full()

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", without_new)
        patch.setattr(Path, "touch", untouched)
        yield


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.django_db
def test_a_map_whose_tiles_have_no_room_is_served_and_kept_later(monkeypatch) -> None:
    in_tiles(HELSINKI)
    built = get_path(PATH)
    forget("hazards", [TILE])
    with nothing_made(monkeypatch):
        served = get_path(PATH)
        assert (served.status_code, served.content) == (200, built.content)
        assert get_path("/tiles/v1/hazards/14/1/1.mvt").status_code == 204
    assert not list(Path(settings.TILE_FILES).rglob("*.mvt.gz"))
    assert get_path(PATH).content == built.content
    assert list(Path(settings.TILE_FILES).rglob("*.mvt.gz"))
    assert not list(Path(settings.TILE_FILES).rglob("*.new"))
    own_connection.close()


def test_a_publisher_waits_for_its_disk(monkeypatch, caplog) -> None:
    monkeypatch.setattr(publish_tiles, "publish", full)
    assert not publish_tiles._published()
    assert "No space left" in caplog.text


def test_a_key_that_may_again_does_not_wait_for_room(monkeypatch) -> None:
    deny({"a", "b"})
    with nothing_made(monkeypatch), pytest.raises(OSError, match="No space left"):
        deny({"b", "c"})
    assert {path.name for path in Path(settings.TILE_DENIED).iterdir()} == {"b"}
    deny({"b", "c"})
    assert {path.name for path in Path(settings.TILE_DENIED).iterdir()} == {"b", "c"}


def test_a_disk_that_takes_no_more_files_has_no_room(monkeypatch, tmp_path) -> None:
    there = os.statvfs(tmp_path)
    assert disk.free_bytes(tmp_path) > 0
    of_files = [*there]
    of_files[5:8] = [100, 0, 0]  # all, free, free for us
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(of_files))
    assert disk.free_bytes(tmp_path) == 0
    of_files[5] = 0  # btrfs does not count them
    assert disk.free_bytes(tmp_path) > 0


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["full", "no folder"])
def test_buyers_get_no_tiles_of_nginx_while_none_can_be_noted(monkeypatch, reason) -> None:
    """It notes them afterwards, and would go on without. What a revoked key must not is denied."""
    key = buyer()
    call_command("revoke_key", key.kid, verbosity=0)
    with monkeypatch.context() as patch:
        if reason == "full":
            patch.setattr(usage_recording, "LAST_BYTES", 2**62, raising=False)
        else:
            patch.setattr(settings, "USAGE_LOG", Path("/dev/null/usage"))
        upkeep.deny_keys()
    assert {path.name for path in Path(settings.TILE_DENIED).iterdir()} == {key.kid, EVERYBODY}
    upkeep.deny_keys()
    assert {path.name for path in Path(settings.TILE_DENIED).iterdir()} == {key.kid}


@pytest.fixture
def watching(settings):
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        key = buyer()
        made = endpoint(receiver.url, key)
        watch(made.id, key)
        told(Change.APPEARED, cow())
        yield receiver


def sent_by(sender: Sender) -> None:
    for _ in range(50):
        deliver_webhooks._step(sender)
        if Delivery.objects.filter(state=Delivery.State.DELIVERED).exists():
            return
    raise AssertionError("nothing has arrived")


@pytest.mark.django_db
def test_no_message_is_sent_while_none_can_be_counted(watching, monkeypatch, caplog) -> None:
    with Sender() as sender:
        with monkeypatch.context() as patch:
            patch.setattr(usage_recording, "LAST_BYTES", 2**62, raising=False)
            for _ in range(3):
                assert deliver_webhooks._step(sender) == deliver_webhooks.AFTER_FAILURE_S
        assert watching.got == []
        assert "no message is sent" in caplog.text
        sent_by(sender)
    assert len(usage(settings)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_that_cannot_be_counted_is_sent_again(watching, monkeypatch) -> None:
    """The process must not end by it: under `make up` all others would."""
    with Sender() as sender:
        with monkeypatch.context() as patch:
            patch.setattr(bill, "usage_record", full)
            pauses = []
            while deliver_webhooks.AFTER_FAILURE_S not in pauses:
                pauses.append(deliver_webhooks._step(sender))
        assert usage(settings) == []
        Delivery.objects.update(leased_until=None)
        sent_by(sender)
    assert len(watching.got) == 2
    assert len(set(watching.ids())) == 1, "a repetition is the same message"
    assert len(usage(settings)) == 1
