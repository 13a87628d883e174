"""Append usage to the local log, before the last byte of the answer leaves."""

import os
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from hazardmap.core.usage import UsageRecord

SUFFIX = ".usage"


def segment_name(at: datetime, process_id: int) -> str:
    """One file per hour and process: only this process appends to it, and it ends with the hour."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H}-{process_id}{SUFFIX}"


def usage_record(record: UsageRecord) -> None:
    """Append one line. A single write of an O_APPEND file is whole even if we are killed next."""
    folder = Path(settings.USAGE_LOG)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / segment_name(record.at, os.getpid())
    line = f"{record.to_line()}\n".encode()
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line)
    finally:
        os.close(file)
