"""Which kinds a network may be said to detect."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from detection.evaluate.measure import DRAWN, REAL, KindFigures

LEAST_REAL: Final = 0.3
LEAST_DRAWN: Final = 0.9


class Claim(StrEnum):
    """What is said of a kind."""

    CLAIMED = "claimed"
    DRAWN_ONLY = "claimed on drawn data only"
    NOT = "not claimed"


def claim(kind: str, figures: Sequence[KindFigures]) -> Claim:
    """By the lower bounds of AP50: 0.3 on real pictures, else 0.9 on drawn ones."""
    low = {row.source: row.ap50.low for row in figures if row.kind == kind}
    if low.get(REAL, 0.0) >= LEAST_REAL:
        return Claim.CLAIMED
    return Claim.DRAWN_ONLY if low.get(DRAWN, 0.0) >= LEAST_DRAWN else Claim.NOT
