"""Whole hours in UTC: what usage is counted by, and what everybody is told of a time."""

from datetime import UTC, datetime, timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)


def hour_of(at: datetime) -> datetime:
    """The start (UTC) of the hour that a time lies in."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
