"""What an operator books is booked once, under a reference, however often it is typed."""

from datetime import UTC, datetime
from typing import Final, Never

from hazardmap.billing.refused import BillingRefused, BookedAlready
from hazardmap.core.selling.pricing.money import Currency, written

MOST_LETTERS: Final = 200


def reference_read(text: str, what: str = "reference") -> str:
    """In one line. Raises BillingRefused."""
    line = " ".join(text.split())
    if not 1 <= len(line) <= MOST_LETTERS:
        raise BillingRefused(f"the {what} must have 1 to {MOST_LETTERS} letters")
    return line


def booked_once(
    reference: str, micro: int, currency: Currency, at: datetime, *, same: bool
) -> Never:
    """There is a booking of that reference: same: as is asked for now.

    Raises BookedAlready, or BillingRefused where another was asked for.
    """
    day = f"{at.astimezone(UTC):%Y-%m-%d}"
    words = f"{written(micro, currency)} is booked already for {reference!r}, on {day}"
    if same:
        raise BookedAlready(words)
    raise BillingRefused(f"{words}: what is something else needs another reference")
