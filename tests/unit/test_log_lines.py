"""What the log of a process says while its database is away for hours."""

import logging
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils.module_loading import import_string

PLACE = 'connection to server on socket "/run/.s.PGSQL.5432" failed'


@pytest.fixture
def formatter() -> logging.Formatter:
    """As the site's own handler has it."""
    formatters: Any = settings.LOGGING["formatters"]
    plain = formatters["plain"]
    made = import_string(plain["()"])(plain["format"])
    assert isinstance(made, logging.Formatter)
    return made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is: one number."""
    now = [1000.0]
    monkeypatch.setattr("hazardmap.platform.log_lines.time.monotonic", lambda: now[0])
    return now


def line(formatter: logging.Formatter, said: str) -> str:
    try:
        raise OperationalError(f"{said}\n\tIs the server running?")
    except OperationalError:
        made = ("celery", logging.ERROR, __file__, 1, "Task %s failed", ("some",), sys.exc_info())
        return formatter.format(logging.LogRecord(*made))


def test_a_traceback_is_written_once_a_minute(
    formatter: logging.Formatter, clock: list[float]
) -> None:
    assert "Traceback (most recent call last)" in line(formatter, PLACE)
    clock[0] += 59
    assert line(formatter, PLACE).splitlines() == [
        "ERROR celery: Task some failed",
        f"django.db.utils.OperationalError: {PLACE} (the same traceback as less than a minute ago)",
    ]
    assert "Traceback" in line(formatter, "another one")
    clock[0] += 2
    assert "Traceback" in line(formatter, PLACE)


def test_many_different_ones_are_all_written_and_do_not_stay_in_memory(
    formatter: logging.Formatter, clock: list[float]
) -> None:
    assert all("Traceback" in line(formatter, f"number {number}") for number in range(250))
    assert len(formatter._told_at) <= 100  # type: ignore[attr-defined]
