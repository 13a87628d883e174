"""Beat on a machine whose clock was wrong or whose disk is full, without workers or a broker."""

import json
import logging
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.schedules import crontab, schedule
from django.conf import settings
from kombu.utils.imports import symbol_by_name
from redis import Redis

from hazardmap import scheduler
from tests.stack import wait_for

AHEAD = timedelta(days=2)
TASKS = ("often", "seldom")
_wrong_by = [timedelta(0)]


def clock() -> datetime:
    """Of the schedule, whose file keeps it by its name."""
    return datetime.now(UTC) + _wrong_by[0]


ALWAYS = schedule(timedelta(0), nowfun=clock)


@contextmanager
def clock_ahead() -> Iterator[None]:
    _wrong_by[0] = AHEAD
    try:
        yield
    finally:
        _wrong_by[0] = timedelta(0)


class Broker:
    """A Redis of the test's own, which can be killed."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "r"
        self.client = Redis(unix_socket_path=str(self.socket))
        self.start()

    def start(self) -> None:
        socket = ["--unixsocket", str(self.socket)]
        command = ["redis-server", "--port", "0", *socket, "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_for("redis", self.socket.exists, timeout_s=20)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)
        self.socket.unlink()

    def hints(self) -> int:
        return int(self.client.llen("hints"))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    started = Broker(tmp_path)
    yield started
    started.client.close()
    started.kill()


@contextmanager
def beat(broker: Broker, folder: Path, when: Any = ALWAYS) -> Iterator[scheduler.Scheduler]:
    """The scheduler that the site has, with two tasks."""
    app = Celery("here", broker=f"redis+socket://{broker.socket}", set_as_current=False)
    app.conf.update(
        beat_schedule={name: {"task": name, "schedule": when} for name in TASKS},
        broker_transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        task_publish_retry=settings.CELERY_TASK_PUBLISH_RETRY,
        result_expires=None,  # else Celery adds a task of its own
        task_default_queue="hints",
        timezone="UTC",
    )
    made = symbol_by_name(settings.CELERY_BEAT_SCHEDULER)
    running = made(app, schedule_filename=str(folder / "schedule"))
    try:
        yield running
    finally:
        running.close()


def test_a_clock_that_was_ahead_when_beat_was_stopped_holds_nothing_up(
    broker: Broker, tmp_path: Path
) -> None:
    with clock_ahead(), beat(broker, tmp_path) as running:
        for _ in TASKS:
            running.tick()
    assert broker.hints() == len(TASKS)
    with beat(broker, tmp_path) as running:
        for _ in TASKS:
            running.tick()
    assert broker.hints() == 2 * len(TASKS)


def test_a_clock_that_is_put_back_while_beat_runs_holds_nothing_up(
    broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with beat(broker, tmp_path) as running:
        with clock_ahead():
            for _ in TASKS:
                running.tick()
        for _ in TASKS:
            running.tick()
        assert broker.hints() == 2 * len(TASKS)
        running.tick()
    assert [one.message for one in caplog.records if "clock" in one.message] == [
        "the clock was ahead; the schedule goes by the present one"
    ]


def test_hints_that_nobody_takes_do_not_pile_up(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "ENOUGH", 3)
    with beat(broker, tmp_path) as running:
        for _ in range(10):
            running.tick()
        assert broker.hints() == 3
        broker.client.delete("hints")
        running.tick()
        assert broker.hints() == 1


def test_a_broker_that_is_away_is_told_once_and_found_again(
    broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with beat(broker, tmp_path) as running, caplog.at_level(logging.WARNING):
        running.tick()
        broker.kill()
        for _ in range(10):
            running.tick()
        (told,) = caplog.records
        assert told.message.startswith("no broker, so nothing is scheduled: ")
        assert told.exc_info is None
        broker.start()
        wait_for("a hint", lambda: running.tick() or broker.hints(), timeout_s=20)
    assert [one.message for one in caplog.records[1:]] == ["the broker is back"]


def test_a_night_that_was_missed_is_made_up_for(broker: Broker, tmp_path: Path) -> None:
    """A clock that goes on by two days is a machine that was off for so long."""
    nightly = crontab(hour=3, minute=17, nowfun=clock)
    with beat(broker, tmp_path, nightly) as running:
        running.tick()
    assert broker.hints() == 0
    with clock_ahead():
        for _ in ("missed", "not again"):
            with beat(broker, tmp_path, nightly) as running:
                for _ in range(5):
                    running.tick()
    assert broker.hints() == len(TASKS)


@pytest.mark.parametrize("found", [b"", b"GDBM\xff\x00", b'{"old": "no"}'])
def test_a_file_of_another_kind_is_begun_anew(found: bytes, broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "schedule").write_bytes(found)
    with beat(broker, tmp_path) as running:
        running.tick()
    assert broker.hints() == 1
    assert json.loads((tmp_path / "schedule").read_text()).keys() == set(TASKS)


def test_on_a_full_disk_it_goes_on(
    broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "schedule.new").symlink_to("/dev/full")
    with beat(broker, tmp_path) as running:
        running.tick()
        (tmp_path / "schedule.new").symlink_to("/dev/full")
        running.sync()
        running.tick()
    assert broker.hints() == 2
    assert [one.message.split(": ")[1] for one in caplog.records] == [
        "[Errno 28] No space left on device"
    ] * 2
    assert (tmp_path / "schedule").is_file(), "written once there was room"
