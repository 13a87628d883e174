"""Append usage to the local log, before the last byte of the answer leaves."""

import errno
import os
from datetime import UTC, datetime
from pathlib import Path
from socket import gethostname

from django.conf import settings

from hazardmap.core.usage import UsageRecord

SUFFIX = ".usage"


def segment_name(at: datetime, process_id: int) -> str:
    """One file per hour and process: only this process appends to it, and it ends with the hour.

    The host's name is in it since several hosts load their logs into one database.
    """
    return f"{at.astimezone(UTC):%Y-%m-%dT%H}-{gethostname()}-{process_id}{SUFFIX}"


def usage_record(record: UsageRecord) -> None:
    """Append one line. A single write of an O_APPEND file is whole even if we are killed next.

    Raises OSError where the line cannot be kept; then the answer must not leave.
    """
    path = Path(settings.USAGE_LOG, segment_name(record.at, os.getpid()))
    line = f"{record.to_line()}\n".encode()
    file = _open(path)
    try:
        if os.write(file, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    finally:
        os.close(file)


def _open(path: Path) -> int:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o600)
