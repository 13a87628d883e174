"""Whoever uses something leaves whole lines in a log, however many write, end or have no room."""

import os
import resource
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from itertools import count
from multiprocessing import Barrier
from types import SimpleNamespace

import pytest
from django.utils import timezone

from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.selectors import records_missing
from hazardmap.metering.services import usage_record, usage_ship
from tests.faults.usage_logs import log_files, record
from tests.forked import ended, forked

pytestmark = pytest.mark.django_db(transaction=True)


def test_lines_of_several_processes_are_whole() -> None:
    at, together = timezone.now(), Barrier(3)

    def write() -> None:
        together.wait(20)
        for number in range(300):
            request = f"{os.getpid()}-{number}"
            usage_record(UsageRecord("key", Meter.TILE, 1, at, request, "x" * 3000))

    assert [ended(writer) for writer in [forked(write) for _ in range(3)]] == [0, 0, 0]
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
    assert ended(forked(lambda: usage_record(record(2)))) == 0
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


def test_an_answer_whose_line_a_full_disk_cuts_is_not_counted_in_part(caplog) -> None:
    """What is beside the hazards, such as the way, has a record of its own in the same line."""
    usage_record(record(1))
    (path,) = log_files()
    way, hazards = replace(record(2), meter=Meter.ROUTE), record(2)
    room = path.stat().st_size + len(way.to_line()) + 20
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(OSError, match="No space left"):
            usage_record(way, hazards)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    usage_record(record(4))
    usage_ship()
    assert sorted(UsageEvent.objects.values_list("quantity", flat=True)) == [2, 5]
    usage_record(way, hazards)
    usage_ship()
    assert sorted(UsageEvent.objects.values_list("quantity", flat=True)) == [2, 3, 3, 5]
    assert list(records_missing()) == []
