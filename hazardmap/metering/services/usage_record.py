"""Append usage to the local log, before the last byte of the answer leaves.

A process keeps the segment of the running hour open: opening it for each line would cost more than
writing does. Each line still leaves in one write of its own, so a killed process loses nothing.
"""

import ctypes
import errno
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from socket import gethostname
from typing import Final

from django.conf import settings

from hazardmap.core.usage import UsageRecord

SUFFIX: Final = ".usage"
HOUR_S: Final = 3600

# write(2) into the page cache takes a microsecond; `os.write` would let another thread run
# meanwhile and wait for its turn again, which costs thirty where four threads answer.
_write = ctypes.PyDLL(None, use_errno=True).write
_write.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t)
_write.restype = ctypes.c_ssize_t


class _Segment:
    """The open file of an hour (since 1970). Closed when the last thread lets go of it: no lock,
    so nobody waits for anybody, and no thread writes into what another has closed."""

    __slots__ = ("_file", "_looked_s", "folder", "hour")

    def __init__(self, folder: str, hour: int) -> None:
        self.folder, self.hour, self._looked_s = folder, hour, 0
        self._file = _open(Path(folder, segment_name(hour, os.getpid())))
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            self.append(b"\n")  # the disk was full in the middle of a line

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            os.close(self._file)

    def append(self, line: bytes) -> None:
        written = _write(self._file, line, len(line))
        if written != len(line):
            why = ctypes.get_errno() if written < 0 else errno.ENOSPC
            raise OSError(why, os.strerror(why), self.folder)

    def is_removed(self, now_s: int) -> bool:
        """Looks once a second. Before its hour is long over only people remove a file."""
        if now_s == self._looked_s:
            return False
        self._looked_s = now_s
        return os.fstat(self._file).st_nlink == 0


class _Log:
    """What this process has open."""

    segment: _Segment | None = None


_log = _Log()


def segment_name(hour: int, process_id: int) -> str:
    """One file per hour (since 1970) and process: only this process appends to it.

    The host's name is in it since several hosts load their logs into one database.
    """
    at = datetime.fromtimestamp(hour * HOUR_S, UTC)
    return f"{at:%Y-%m-%dT%H}-{gethostname()}-{process_id}{SUFFIX}"


def usage_record(record: UsageRecord) -> None:
    """Append one line. A single write of an O_APPEND file is whole even if we are killed next.

    Raises OSError where the line cannot be kept; then the answer must not leave.
    """
    line = f"{record.to_line()}\n".encode()
    folder, hour = str(settings.USAGE_LOG), int(record.at.timestamp()) // HOUR_S
    now_s, segment = int(time.time()), _log.segment
    if hour != now_s // HOUR_S:
        # Its file may have been loaded and removed since the last line of that hour.
        _Segment(folder, hour).append(line)
        return
    if (
        segment is None
        or segment.hour != hour
        or segment.folder != folder
        or segment.is_removed(now_s)
    ):
        segment = _log.segment = _Segment(folder, hour)
    try:
        segment.append(line)
    except OSError:
        _log.segment = None  # the next line begins behind what is left of this one
        raise


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o600)


def _begin_child() -> None:
    """A forked process has a file of its own."""
    _log.segment = None


os.register_at_fork(after_in_child=_begin_child)
