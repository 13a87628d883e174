"""What a booking is for, as its unique reference says it."""

from typing import Final
from uuid import UUID

SET_ASIDE: Final = "set-aside"
SPLIT: Final = "split"
TAKE_BACK: Final = "take-back"


def reference(kind: str, line_id: UUID) -> str:
    """ "split:0192…": that movement of that invoice's line."""
    return f"{kind}:{line_id}"
