"""A log of usage goes when all of it is loaded, and no line with it."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.utils import timezone

from hazardmap.metering.models import UsageEvent, UsageSegment
from hazardmap.metering.selectors import logs_waiting, records_missing
from hazardmap.metering.services import usage_record, usage_ship
from tests.at_once import in_thread, somebody_waits
from tests.faults.usage_logs import left_alone, log_files, record
from tests.stack import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_file_goes_when_its_hour_is_over_and_all_of_it_is_loaded() -> None:
    now, old = timezone.now(), timezone.now() - timedelta(hours=3)
    usage_record(record(1, at=now))
    usage_record(record(2, at=old))
    usage_ship()
    assert len(log_files()) == 2, "somebody has just written to it, whatever its name says"
    left_alone(min(log_files()))
    usage_ship()
    (left,) = log_files()
    assert left.name.startswith(f"{now.astimezone(UTC):%Y-%m-%dT%H}")
    finished = UsageSegment.objects.get(finished_at__isnull=False)
    assert finished.name.startswith(f"{old.astimezone(UTC):%Y-%m-%dT%H}")


def test_half_a_line_of_a_killed_process_is_kept_aside_for_the_operator(caplog) -> None:
    usage_record(record(1, at=timezone.now() - timedelta(hours=3)))
    (path,) = log_files()
    with path.open("a") as file:
        file.write('{"key_id": "ke')
    left_alone(path)
    with caplog.at_level(logging.ERROR):
        assert usage_ship() == 1
        assert usage_ship() == 0
    assert [file.suffix for file in log_files()] == [".broken"]
    assert len(caplog.records) == 1


def test_what_is_used_after_its_file_was_finished_is_loaded_too() -> None:
    """A webhook that arrives hours late counts for the hour of its message."""
    old = timezone.now() - timedelta(hours=3)
    for number in range(3):
        usage_record(record(number, at=old))
    usage_ship()
    (path,) = log_files()
    left_alone(path)
    usage_ship()
    assert log_files() == []
    usage_record(record(9, at=old))
    assert log_files() == [path]
    assert [one.record.request_id for one in records_missing()] == []
    assert logs_waiting(timezone.now() + timedelta(minutes=1)) == [path.name]
    assert usage_ship() == 1
    assert usage_ship() == 0
    assert UsageEvent.objects.count() == 4


def _meanwhile(monkeypatch: pytest.MonkeyPatch, job: Callable[[], object]) -> None:
    """Somebody else does this just before a finished log is removed, or waits for that."""
    unlink = Path.unlink

    def removed(path: Path, missing_ok: bool = False) -> None:
        monkeypatch.setattr(Path, "unlink", unlink)
        future = in_thread(pool, job)
        wait_for("the other", lambda: future.done() or _in_line() or somebody_waits(), timeout_s=10)
        unlink(path, missing_ok)

    pool = ThreadPoolExecutor(1)
    monkeypatch.setattr(Path, "unlink", removed)
    usage_ship()
    pool.shutdown()


def _in_line() -> bool:
    """Whether anybody on this machine waits for the lock of a file."""
    return "->" in Path("/proc/locks").read_text()


def test_a_late_line_that_meets_the_removal_of_its_log_is_loaded(monkeypatch) -> None:
    old = timezone.now() - timedelta(hours=3)
    usage_record(record(1, at=old))
    usage_ship()
    left_alone(*log_files())
    _meanwhile(monkeypatch, lambda: usage_record(record(2, at=old)))
    usage_ship()
    assert set(UsageEvent.objects.values_list("quantity", flat=True)) == {2, 3}


def test_a_shipper_that_meets_the_removal_of_a_log_keeps_no_place_in_it(monkeypatch) -> None:
    """What comes late begins a new file of the same name, from its first line on."""
    module, old = import_module("hazardmap.metering.services.usage_ship"), timezone.now()
    old = old.replace(microsecond=1) - timedelta(hours=3)
    usage_record(record(1, at=old))
    usage_ship()
    (path,) = log_files()
    left_alone(path)

    def load() -> None:
        with suppress(FileNotFoundError):
            module._load_chunk(path)

    _meanwhile(monkeypatch, load)
    assert not log_files()
    usage_record(record(2, at=old))
    usage_ship()
    assert set(UsageEvent.objects.values_list("quantity", flat=True)) == {2, 3}


def test_a_log_that_a_process_still_has_open_stays(monkeypatch) -> None:
    usage_record(record(1))
    usage_ship()
    (path,) = log_files()
    left_alone(path)
    later = timezone.now() + timedelta(hours=3)
    monkeypatch.setattr(timezone, "now", lambda: later)
    usage_ship()
    assert log_files() == [path]
