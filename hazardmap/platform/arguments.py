"""What stands on command lines, as types for argparse: a wrong value is told with its rule."""

from argparse import ArgumentTypeError
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from hazardmap.core.selling.pricing.period import Period, month_of


def month(text: str) -> Period:
    try:
        return month_of(datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC))
    except ValueError:
        raise ArgumentTypeError(f"{text}: must be a month like 2026-10.") from None


def day(text: str) -> datetime:
    """Its beginning (UTC)."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise ArgumentTypeError(f"{text}: must be a day like 2027-12-31.") from None


def moment(text: str) -> datetime:
    """In UTC where it does not say its zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text}: must be a time like 2026-11-01T14:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ArgumentTypeError(f"{text}: must be an amount like 500.00.") from None
