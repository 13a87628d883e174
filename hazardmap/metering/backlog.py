"""Reads: usage that stands in the logs and not yet in the database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from hazardmap.core.selling.usage import records_of
from hazardmap.metering.selectors import bytes_loaded
from hazardmap.metering.services.usage_record import SUFFIX

BROKEN = ".broken"


class Unloaded(NamedTuple):
    """size_bytes: of whole lines or a part of one. since: of the oldest line; None for none.

    broken: logs that end in half a line and were set aside.
    """

    size_bytes: int
    since: datetime | None
    broken: int


def unloaded() -> Unloaded:
    folder = Path(settings.USAGE_LOG)
    logs = list(folder.glob(f"*{SUFFIX}"))
    done = bytes_loaded(logs)
    rests = [rest for path in logs if (rest := _rest(path, done.get(path.name, 0)))]
    return Unloaded(
        sum(size for size, _ in rests),
        min((since for _, since in rests), default=None),
        len(list(folder.glob(f"*{BROKEN}"))),
    )


def _rest(path: Path, offset: int) -> tuple[int, datetime] | None:
    """What is left of a log, and since when."""
    try:
        status = path.stat()
        if status.st_size <= offset:
            return None
        with path.open("rb") as file:
            file.seek(offset)
            line = file.readline()
    except FileNotFoundError:  # it has just been loaded
        return None
    return status.st_size - offset, _time_of(line) or datetime.fromtimestamp(status.st_mtime, UTC)


def _time_of(line: bytes) -> datetime | None:
    """None where it is no usage record, or half of one."""
    try:
        return records_of(line.decode())[0].at
    except ValueError:
        return None
