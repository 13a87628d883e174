"""Append usage to the local log, before the last byte of the answer leaves.

A process keeps the segment of the running hour open: opening it for each line would cost more than
writing does. Each line still leaves in one write of its own, so a killed process loses nothing.
"""

import ctypes
import errno
import fcntl
import os
import time
from datetime import datetime
from pathlib import Path
from socket import gethostname
from typing import Final

from django.conf import settings

from hazardmap.core.full_times import HOUR, hour_of
from hazardmap.core.selling.usage import UsageRecord, line_of
from hazardmap.platform.disk import LAST_BYTES, free_bytes

SUFFIX: Final = ".usage"

# write(2) into the page cache takes a microsecond; `os.write` would let another thread run
# meanwhile and wait for its turn again, which costs thirty where four threads answer.
_write = ctypes.PyDLL(None, use_errno=True).write
_write.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t)
_write.restype = ctypes.c_ssize_t


class _Segment:
    """The open file of an hour. Closed when the last thread lets go of it: no lock, so nobody waits
    for anybody, and no thread writes into what another has closed."""

    __slots__ = ("_begins", "_ends", "_ends_s", "_file", "_folder", "_looked_s")

    def __init__(self, folder: str, hour: datetime) -> None:
        self._folder, self._begins, self._ends = folder, hour, hour + HOUR
        self._ends_s, self._looked_s = self._ends.timestamp(), 0
        self._file = _open(Path(folder, segment_name(hour, os.getpid())))
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            self.append(b"\n")  # the disk was full in the middle of a line

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            os.close(self._file)

    def takes(self, folder: str, at: datetime, now_s: float) -> bool:
        """Whether it is the segment of this time, its hour is not over and its file is there.

        The last is looked at once a second: before its hour is long over only people remove a file.
        """
        is_now = self._begins <= at < self._ends and now_s < self._ends_s
        if not is_now or folder != self._folder:
            return False
        if now_s > self._looked_s + 1:
            self._looked_s = int(now_s)
            return os.fstat(self._file).st_nlink > 0
        return True

    def append(self, line: bytes) -> None:
        written = _write(self._file, line, len(line))
        if written != len(line):
            why = ctypes.get_errno() if written < 0 else errno.ENOSPC
            raise OSError(why, os.strerror(why), self._folder)


class _Log:
    """What this process has open."""

    segment: _Segment | None = None


_log = _Log()


def segment_name(hour: datetime, process_id: int) -> str:
    """One file per hour (UTC) and process: only this process appends to it.

    The host's name is in it since several hosts load their logs into one database.
    """
    return f"{hour:%Y-%m-%dT%H}-{gethostname()}-{process_id}{SUFFIX}"


def usage_record(first: UsageRecord, *others: UsageRecord) -> None:
    """Append a line with all records of one answer, which are of the same time.

    A single write of an O_APPEND file is whole even if we are killed next. Raises OSError where it
    cannot be kept; then the answer must not leave, and nothing of it is counted.
    """
    line = f"{line_of((first, *others))}\n".encode()
    folder, now_s, segment = str(settings.USAGE_LOG), time.time(), _log.segment
    if segment is None or not segment.takes(folder, first.at, now_s):
        segment = _Segment(folder, hour_of(first.at))
        if segment.takes(folder, first.at, now_s):
            _log.segment = segment
        # Else the hour is over: its file may be loaded and removed before its next line comes.
    try:
        segment.append(line)
    except OSError:
        _log.segment = None  # the next line begins behind what is left of this one
        raise


def usage_has_room() -> bool:
    """Whether the disk takes more; asked where usage is noted after it was served."""
    try:
        return free_bytes(Path(settings.USAGE_LOG)) >= LAST_BYTES
    except OSError:  # not even a folder
        return False


def _open(path: Path) -> int:
    """It is not removed while it is open (usage_ship)."""
    while True:
        file = _open_or_make(path)
        fcntl.flock(file, fcntl.LOCK_SH)
        if os.fstat(file).st_nlink:
            return file
        os.close(file)  # it went before we had it


def _open_or_make(path: Path) -> int:
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
