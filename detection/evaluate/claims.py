"""Which kinds a network may be said to detect."""

from enum import StrEnum
from typing import Final

# Where pictures of a kind come from.
REAL: Final = "real"
DRAWN: Final = "drawn"
# The real ones once more, with labels that were put right; nothing rests on these.
REVIEWED: Final = "reviewed"
# On fewer boxes than this an interval says little, whatever it says.
LEAST_BOXES: Final = 30
LEAST_REAL: Final = 0.3
LEAST_DRAWN: Final = 0.9


class Claim(StrEnum):
    """What is said of a kind."""

    CLAIMED = "claimed"
    DRAWN_ONLY = "claimed on drawn data only"
    NOT = "not claimed"


def claim(real_low: float | None, drawn_low: float | None) -> Claim:
    """By the lower bounds of AP50: 0.3 on real pictures, else 0.9 on drawn ones.

    None where there are fewer than LEAST_BOXES boxes.
    """
    if real_low is not None and real_low >= LEAST_REAL:
        return Claim.CLAIMED
    if drawn_low is not None and drawn_low >= LEAST_DRAWN:
        return Claim.DRAWN_ONLY
    return Claim.NOT
