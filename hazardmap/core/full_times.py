"""Times at the beginning of what they lie in, in UTC: usage is counted by hours, and the public is
told no time more exactly than docs/adr/0034 has it."""

from datetime import UTC, datetime, timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)


def minute_of(at: datetime) -> datetime:
    """The beginning of its minute."""
    return at.replace(second=0, microsecond=0)


def ten_minutes_of(at: datetime) -> datetime:
    """The beginning of its ten minutes."""
    at = minute_of(at.astimezone(UTC))
    return at.replace(minute=at.minute // 10 * 10)


def hour_of(at: datetime) -> datetime:
    """The beginning of its hour."""
    return minute_of(at.astimezone(UTC)).replace(minute=0)


def day_of(at: datetime) -> datetime:
    """The beginning of its day."""
    return hour_of(at).replace(hour=0)
