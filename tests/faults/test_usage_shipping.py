"""Usage reaches the database exactly once, whatever is killed, doubled or broken on the way."""

import json
import logging
import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from hazardmap.core.selling.usage import MAX_KEY_ID, MAX_REQUEST_ID, MOST, Meter, UsageRecord
from hazardmap.metering.models import UsageEvent, UsageSegment
from hazardmap.metering.services import usage_record, usage_ship
from hazardmap.platform.ids import new_id
from tests.faults.usage_logs import left_alone, log_files, record
from tests.forked import ended, forked

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = 6
MANY_KILLS = 60


def _kill_shippers(kills: int, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(settings.USAGE_LOG)
    folder.mkdir()
    path = folder / f"{timezone.now():%Y-%m-%dT%H}-host-1.usage"
    path.write_text("".join(f"{record(number).to_line()}\n" for number in range(4000)))
    chance = random.Random(kills)
    progress = [0]
    with monkeypatch.context() as patch:
        patch.setattr(import_module("hazardmap.metering.services.usage_ship"), "CHUNK_BYTES", 2000)
        for _ in range(kills):
            shipper = forked(usage_ship)
            time.sleep(chance.uniform(0.02, 0.25))
            os.kill(shipper, signal.SIGKILL)
            ended(shipper)
            progress.append(UsageEvent.objects.count())
    assert any(0 < count < 4000 for count in progress), "no kill fell between two chunks"
    usage_ship()
    assert UsageEvent.objects.count() == 4000
    assert sum(UsageEvent.objects.values_list("quantity", flat=True)) == sum(range(1, 4001))
    assert UsageSegment.objects.get().offset == path.stat().st_size


def test_a_killed_shipper_loses_and_doubles_nothing(monkeypatch) -> None:
    _kill_shippers(KILLS, monkeypatch)


@pytest.mark.soak
def test_many_killed_shippers_lose_and_double_nothing(monkeypatch) -> None:
    _kill_shippers(MANY_KILLS, monkeypatch)


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
