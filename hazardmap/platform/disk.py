"""How much room a disk must have left, so that a full one stops us early and not in the middle."""

import os
from pathlib import Path
from typing import Final

SPARE_BYTES: Final = 500_000_000
"""With less left nothing that can wait is written: no tile is kept, no upload is taken."""
LAST_BYTES: Final = 100_000_000
"""Enough to go on with what makes room: a detected frame leaves less than its original was."""


def free_bytes(of: Path | int) -> int:
    """What we may still write on the disk of a path or an open file."""
    if isinstance(of, Path):
        of.mkdir(parents=True, exist_ok=True)
    disk = os.statvfs(of)
    return disk.f_bavail * disk.f_frsize
