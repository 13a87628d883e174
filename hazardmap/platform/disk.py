"""How much room a disk must have left, so that a full one stops us early and not in the middle."""

import errno
import os
from pathlib import Path
from typing import Final

SPARE_BYTES: Final = 500_000_000
"""With less left nothing that can wait is written: no tile is kept, no upload is taken."""
LAST_BYTES: Final = 100_000_000
"""Enough to go on with what makes room: a detected frame leaves less than its original was."""
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The numbers of an OSError that passes once there is room again."""


def free_bytes(of: Path | int) -> int:
    """What we may still write on the disk of a path or an open file; nothing where it can take no
    more files.
    """
    if isinstance(of, Path):
        of.mkdir(parents=True, exist_ok=True)
    disk = os.statvfs(of)
    takes_files = disk.f_favail > 0 or not disk.f_files  # some file systems do not count them
    return disk.f_bavail * disk.f_frsize if takes_files else 0
