"""Half-open periods in UTC, and what falls to a part of one, by the second."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `start` on, up to and without `end`; whole seconds, UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Raises ValueError on naive times, broken seconds and an end that is not after."""
        for at in (self.start, self.end):
            if at.utcoffset() != timedelta(0) or at.microsecond:
                raise ValueError(f"a period starts and ends on a second in UTC, not at {at}")
        if self.end <= self.start:
            raise ValueError(f"a period must end after it starts, not {self.start} to {self.end}")

    @property
    def length_s(self) -> int:
        return (self.end - self.start) // _SECOND

    def overlap(self, other: "Period") -> "Period | None":
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC"


def month_of(at: datetime) -> Period:
    """The calendar month (UTC) that `at` lies in."""
    at = at.astimezone(UTC)
    index = at.year * 12 + at.month
    return Period(
        datetime(at.year, at.month, 1, tzinfo=UTC),
        datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC),
    )


def prorated(amount: int, *, of: Period, part: Period) -> int:
    """What falls to `part` of an amount for the whole period `of`, rounded to whole numbers.

    Parts that together make up `of` get exactly `amount` together, whatever their number: each
    gets what is due at its end less what is due at its start. Raises ValueError on a part that
    lies outside.
    """
    if part.start < of.start or part.end > of.end:
        raise ValueError(f"{part} does not lie within {of}")
    return _due(amount, of, part.end) - _due(amount, of, part.start)


def _due(amount: int, of: Period, at: datetime) -> int:
    """`amount` × the share of the period that is over at `at`; a half is rounded up."""
    passed_s = (at - of.start) // _SECOND
    return (2 * amount * passed_s + of.length_s) // (2 * of.length_s)
