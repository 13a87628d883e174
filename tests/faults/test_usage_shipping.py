"""Usage reaches the database exactly once, whatever is killed, doubled or broken on the way."""

import json
import logging
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from hazardmap.core.selling.usage import MAX_KEY_ID, MAX_REQUEST_ID, MOST, Meter, UsageRecord
from hazardmap.metering.models import UsageEvent, UsageSegment
from hazardmap.metering.selectors import logs_waiting, records_missing
from hazardmap.metering.services import usage_record, usage_ship
from hazardmap.platform.ids import new_id
from tests.at_once import in_thread, somebody_waits
from tests.stack import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = 6
MANY_KILLS = 60

WRITER = """
import sys
from datetime import datetime
from pathlib import Path
import django
django.setup()
from django.conf import settings
from hazardmap.core.selling.usage import MAX_KEY_ID, MAX_REQUEST_ID, MOST, Meter, UsageRecord
from hazardmap.metering.services import usage_record
settings.USAGE_LOG = Path(sys.argv[1])
who, count, at = sys.argv[2], int(sys.argv[3]), datetime.fromisoformat(sys.argv[4])
for number in range(count):
    usage_record(UsageRecord("key", Meter.TILE, 1, at, f"{who}-{number}", "x" * 3000))
"""
SHIPPER = """
import sys
from importlib import import_module
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.USAGE_LOG = Path(sys.argv[1])
settings.DATABASES["default"]["NAME"] = sys.argv[2]
module = import_module("hazardmap.metering.services.usage_ship")
module.CHUNK_BYTES = 2000
print("ready", flush=True)
module.usage_ship()
"""


def record(number: int, at: datetime | None = None) -> UsageRecord:
    now = timezone.now()
    return UsageRecord("key", Meter.HAZARD, 1 + number, at or now, f"request-{number}", "hazards")


def left_alone(path: Path) -> None:
    """As if nobody had written to this file for three hours."""
    old = time.time() - 3 * 3600
    os.utime(path, (old, old))


def log_files() -> list[Path]:
    return sorted(Path(settings.USAGE_LOG).iterdir())


def python(script: str, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "hazardmap.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
    )


def test_lines_of_several_processes_are_whole() -> None:
    at = timezone.now().isoformat()
    writers = [
        python(WRITER, str(settings.USAGE_LOG), f"writer{number}", "300", at) for number in range(3)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(log_files()) == 3
    assert usage_ship() == 900
    assert UsageEvent.objects.count() == 900
    assert usage_ship() == 0


def test_several_writers_of_one_file_do_not_cut_into_each_other(monkeypatch) -> None:
    """A process id may come again within the hour, and threads share one."""
    monkeypatch.setattr(os, "getpid", lambda: 1)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: usage_record(record(number)), range(400)))
    assert len(log_files()) == 1
    usage_ship()
    assert UsageEvent.objects.count() == 400


def _kill_shippers(kills: int) -> None:
    folder = Path(settings.USAGE_LOG)
    folder.mkdir()
    path = folder / f"{timezone.now():%Y-%m-%dT%H}-host-1.usage"
    path.write_text("".join(f"{record(number).to_line()}\n" for number in range(4000)))
    name = connection.settings_dict["NAME"]
    chance = random.Random(kills)
    progress = [0]
    for _ in range(kills):
        shipper = python(SHIPPER, str(folder), str(name))
        assert shipper.stdout is not None
        assert shipper.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.02, 0.25))
        shipper.send_signal(signal.SIGKILL)
        shipper.wait(10)
        progress.append(UsageEvent.objects.count())
    assert any(0 < count < 4000 for count in progress), "no kill fell between two chunks"
    usage_ship()
    assert UsageEvent.objects.count() == 4000
    assert sum(UsageEvent.objects.values_list("quantity", flat=True)) == sum(range(1, 4001))
    assert UsageSegment.objects.get().offset == path.stat().st_size


def test_a_killed_shipper_loses_and_doubles_nothing() -> None:
    _kill_shippers(KILLS)


@pytest.mark.soak
def test_many_killed_shippers_lose_and_double_nothing() -> None:
    _kill_shippers(MANY_KILLS)


def test_shippers_at_once_load_each_line_once(monkeypatch) -> None:
    monkeypatch.setattr(import_module("hazardmap.metering.services.usage_ship"), "CHUNK_BYTES", 500)
    old = timezone.now() - timedelta(hours=3)
    for hour in range(3):
        for number in range(60):
            usage_record(record(100 * hour + number, at=old + timedelta(hours=hour)))
    together = Barrier(3)

    def ship() -> int:
        try:
            together.wait(20)
            return usage_ship()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        loaded = [future.result(60) for future in [pool.submit(ship) for _ in range(3)]]
    assert sum(loaded) == 180
    assert UsageEvent.objects.count() == 180


@pytest.mark.parametrize("meter", Meter)
def test_the_widest_record_that_can_be_written_is_loaded(meter: Meter, caplog) -> None:
    key_id, request_id = "ü" * MAX_KEY_ID, "ü" * MAX_REQUEST_ID
    hazards = tuple(new_id() for _ in range(1000))
    usage_record(UsageRecord(key_id, meter, MOST, timezone.now(), request_id, "ü" * 500, hazards))
    assert usage_ship() == 1
    assert UsageEvent.objects.get().request_id == request_id
    assert not caplog.records
    for wider in (
        {"key_id": key_id + "x"},
        {"request_id": request_id + "x"},
        {"quantity": MOST + 1},
    ):
        values = {"key_id": key_id, "request_id": request_id, "quantity": 1} | wider
        with pytest.raises(ValueError, match="at most"):
            UsageRecord(meter=meter, at=timezone.now(), subject="", **values)


def test_logs_that_have_not_grown_are_not_looked_into(django_assert_num_queries) -> None:
    """A demonstration has hundreds, and they are looked at every two seconds."""
    for hour in range(30):
        usage_record(record(hour, at=timezone.now() - timedelta(hours=hour)))
    assert usage_ship() == 30
    with django_assert_num_queries(1):
        assert usage_ship() == 0
    usage_record(record(30))
    assert usage_ship() == 1
    assert UsageEvent.objects.count() == 31


def test_a_retried_answer_is_billed_once() -> None:
    served = record(1)
    usage_record(served)
    usage_record(served)
    assert usage_ship() == 2
    assert UsageEvent.objects.get().id == served.id


def test_a_line_that_is_just_being_written_waits_for_its_end() -> None:
    usage_record(record(1))
    (path,) = log_files()
    line = record(2).to_line()
    with path.open("a") as file:
        file.write(line[:20])
    assert usage_ship() == 1
    with path.open("a") as file:
        file.write(f"{line[20:]}\n")
    assert usage_ship() == 1
    assert UsageEvent.objects.count() == 2


def test_a_line_longer_than_a_chunk_is_loaded_with_what_stands_around_it() -> None:
    """A thousand work zones of 29 devices each name 29,000 hazards in one answer."""
    hazards = tuple(UUID(int=number) for number in range(29_000))
    long = replace(record(2), hazards=hazards)
    assert len(long.to_line()) > 1_000_000
    for one in (record(1), long, record(3)):
        usage_record(one)
    (path,) = log_files()
    os.truncate(path, path.stat().st_size - 10)
    assert usage_ship() == 2
    with path.open("a") as file:
        file.write(f"{record(3).to_line()}\n"[-10:])
    assert usage_ship() == 1
    assert len(UsageEvent.objects.get(request_id="request-2").hazards) == 29_000
    left_alone(path)
    usage_ship()
    assert all(file.suffix != ".broken" for file in log_files())


def test_a_line_that_is_too_long_for_any_answer_waits_for_an_operator(monkeypatch, caplog) -> None:
    module = import_module("hazardmap.metering.services.usage_ship")
    monkeypatch.setattr(module, "CHUNK_BYTES", 500)
    monkeypatch.setattr(module, "LINE_BYTES", 1000)
    usage_record(record(1, at=timezone.now() - timedelta(hours=3)))
    (path,) = log_files()
    with path.open("a") as file:
        file.write("x" * 2000)
    left_alone(path)
    with caplog.at_level(logging.ERROR):
        assert usage_ship() == 1
    (said,) = [r.getMessage() for r in caplog.records]
    assert said.endswith("waits for an operator: a line is longer than 1000 bytes")
    assert log_files() == [path]


def test_garbage_is_logged_and_passed_over(caplog) -> None:
    usage_record(record(1))
    (path,) = log_files()
    with path.open("ab") as file:
        file.write(b"\xff\xfe garbage\n[[[\n")
        file.write(json.dumps({"quantity": 1}).encode() + b"\n")
    usage_record(record(2))
    with caplog.at_level(logging.ERROR):
        usage_ship()
    assert UsageEvent.objects.count() == 2
    assert len([r for r in caplog.records if "no usage record" in r.getMessage()]) == 3


def test_an_hour_before_the_first_partition_is_refused_and_stops_nobody_else(caplog) -> None:
    usage_record(record(1, at=datetime(2020, 1, 1, tzinfo=UTC)))
    usage_record(record(2))
    with caplog.at_level(logging.ERROR):
        assert usage_ship() == 1
    assert UsageEvent.objects.get().request_id == "request-2"
    (said,) = [r.getMessage() for r in caplog.records]
    assert said.startswith("2020-01-01T00-")
    assert "waits for an operator" in said
    assert len(log_files()) == 2


def test_a_file_that_cannot_be_read_stops_nobody(caplog) -> None:
    usage_record(record(1))
    (path,) = log_files()
    path.with_name(f"0000{path.name[4:]}").mkdir()
    assert usage_ship() == 1
    assert "0000" in caplog.text


def test_a_file_of_another_name_stops_nobody(caplog) -> None:
    usage_record(record(1))
    (Path(settings.USAGE_LOG) / "notes.usage").write_text("")
    with caplog.at_level(logging.ERROR):
        assert usage_ship() == 1
    assert "notes.usage" in caplog.text


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


def test_a_segment_that_somebody_removes_is_made_again_within_a_second(monkeypatch) -> None:
    at = timezone.now().replace(minute=10)
    seconds = iter([0.0, 0.5, 1.0, 2.0])
    clock = SimpleNamespace(time=lambda: at.timestamp() + next(seconds))
    module = import_module("hazardmap.metering.services.usage_record")
    monkeypatch.setattr(module, "time", clock)
    usage_record(record(1, at=at))
    (path,) = log_files()
    path.unlink()
    path.parent.rmdir()
    for number in (2, 3, 4):
        usage_record(record(number, at=at))
    assert log_files() == [path]
    usage_ship()
    assert {4, 5} <= set(UsageEvent.objects.values_list("quantity", flat=True))


def test_each_hour_has_a_file_also_where_it_ends_between_many_threads(monkeypatch) -> None:
    now = timezone.now()
    clock = SimpleNamespace(time=count(now.timestamp(), 18).__next__)
    module = import_module("hazardmap.metering.services.usage_record")
    monkeypatch.setattr(module, "time", clock)
    served = [record(number, now + timedelta(seconds=18 * number)) for number in range(800)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(usage_record, served))
    assert len(log_files()) in {4, 5}
    assert usage_ship() == 800


def test_a_forked_process_has_a_file_of_its_own() -> None:
    usage_record(record(1))
    child = os.fork()
    if child == 0:
        try:
            usage_record(record(2))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    usage_record(record(3))
    assert sorted(len(path.read_text().splitlines()) for path in log_files()) == [1, 2]
    usage_ship()
    assert UsageEvent.objects.count() == 3


def test_a_line_that_a_full_disk_cuts_is_an_error_and_does_not_spoil_the_next(caplog) -> None:
    usage_record(record(1))
    (path,) = log_files()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 40, hard))
    try:
        with pytest.raises(OSError, match="No space left"):
            usage_record(record(2))
        with pytest.raises(OSError, match="File too large"):
            usage_record(record(3))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    usage_record(record(4))
    usage_ship()
    assert sorted(UsageEvent.objects.values_list("quantity", flat=True)) == [2, 5]
    assert len([one for one in caplog.records if "no usage record" in one.getMessage()]) == 1


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
