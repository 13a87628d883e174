"""Times at the beginning of what they lie in: how exactly the public is told (docs/adr/0034)."""

from datetime import UTC, datetime


def minute_of(at: datetime) -> datetime:
    """The beginning of its minute."""
    return at.replace(second=0, microsecond=0)


def ten_minutes_of(at: datetime) -> datetime:
    """The beginning (UTC) of its ten minutes."""
    at = minute_of(at.astimezone(UTC))
    return at.replace(minute=at.minute // 10 * 10)
