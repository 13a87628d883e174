"""What a booking is for, as its unique reference says it."""

from typing import Final
from uuid import UUID

SET_ASIDE: Final = "set-aside"
SPLIT: Final = "split"
CLAW_BACK: Final = "claw-back"
CORRECTION: Final = "correction"
TAKE_BACK: Final = "take-back"
PAYOUT: Final = "payout"
PAID: Final = "payout-paid"
FAILED: Final = "payout-failed"


def reference(kind: str, which: UUID) -> str:
    """ "split:0192…": that movement of that invoice's line, or of that payout."""
    return f"{kind}:{which}"
