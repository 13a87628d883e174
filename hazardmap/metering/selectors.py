"""Reads: usage by the hour and by the event, of a set of keys in a period."""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Sum
from django.db.models.functions import Trunc

from hazardmap.core.full_times import HOUR, minute_of
from hazardmap.core.selling.pricing.period import Period, month_of
from hazardmap.core.selling.usage import Meter, UsageRecord, records_of
from hazardmap.metering.models import AnswerHour, HourToRoll, UsageEvent, UsageHour, UsageSegment
from hazardmap.platform.partitions import first_id_of, missing_partitions, months_of

LINES_AT_ONCE = 1000
ANSWERS_AT_ONCE = 2000
SETTLED_AFTER = timedelta(seconds=30)
SEGMENT_HOUR = re.compile(r"\d{4}-\d\d-\d\dT\d\d-")
HOURS_UNEQUAL_SQL = (Path(__file__).parent / "sql" / "hours_unequal.sql").read_text()


class UnequalHour(NamedTuple):
    """An hour's units by a recount of its events, and as they are stored."""

    key_id: str
    hour: datetime
    meter: Meter
    counted: int
    stored: int


class MissingRecord(NamedTuple):
    """log: the name of the file."""

    log: str
    record: UsageRecord


class UsedInHour(NamedTuple):
    """Units of one meter that one key used in one hour (UTC)."""

    key_id: str
    hour: datetime
    quantity: int


class UsedInTime(NamedTuple):
    """Units of one meter that one key used in an hour or day (UTC), in so many answers."""

    at: datetime
    key_id: str
    meter: Meter
    quantity: int
    answers: int


@dataclass(frozen=True, slots=True)
class Used:
    """One answer that was served (core.selling.usage.UsageRecord)."""

    id: UUID
    at: datetime
    quantity: int
    subject: str
    request_id: str
    hazards: tuple[UUID, ...]


def usage_total(keys: Collection[str], *, start: datetime, end: datetime) -> dict[Meter, int]:
    """Units by meter that these keys used from `start` to `end`, both on the hour."""
    sums = _hours(keys, start, end).values("meter").annotate(total=Sum("quantity"))
    return {Meter(row["meter"]): int(row["total"]) for row in sums}


def usage_by_key(
    keys: Collection[str], *, start: datetime, end: datetime
) -> list[tuple[str, Meter, int]]:
    """Units by key and meter that these keys used from `start` to `end`, both on the hour."""
    sums = _hours(keys, start, end).values_list("key_id", "meter").annotate(Sum("quantity"))
    return [(key, Meter(meter), int(units)) for key, meter, units in sums]


def usage_by_hour(
    keys: Collection[str], meter: Meter, *, start: datetime, end: datetime
) -> list[UsedInHour]:
    """The same for one meter, by key and hour."""
    hours = _hours(keys, start, end).filter(meter=meter.value)
    return [UsedInHour(*row) for row in hours.values_list("key_id", "hour", "quantity")]


def usage_series(
    keys: Collection[str],
    *,
    start: datetime,
    end: datetime,
    by: Literal["hour", "day"],
    meter: Meter | None = None,
) -> list[UsedInTime]:
    """Units and answers by hour or day (UTC), key and meter, in order of time."""
    hours = _hours(keys, start, end)
    if meter is not None:
        hours = hours.filter(meter=meter.value)
    groups = hours.annotate(at=Trunc("hour", by, tzinfo=UTC)).values("at", "key_id", "meter")
    sums = groups.annotate(units=Sum("quantity"), given=Sum("answers"))
    return [
        UsedInTime(
            row["at"], row["key_id"], Meter(row["meter"]), int(row["units"]), int(row["given"])
        )
        for row in sums.order_by("at", "key_id", "meter")
    ]


def answers_by_status(keys: Collection[str], *, start: datetime, end: datetime) -> dict[int, int]:
    """How often requests of these keys to the API got each status, from `start` to `end`."""
    hours = AnswerHour.objects.filter(key_id__in=keys, hour__gte=start, hour__lt=end)
    sums = hours.values_list("status").annotate(Sum("answers")).order_by("status")
    return {status: int(answers) for status, answers in sums}


def usage_complete_to(now: datetime) -> datetime:
    """Everything that was served before is in the sums by the hour, as far as this host knows."""
    waiting = [
        datetime.strptime(name[:13], "%Y-%m-%dT%H").replace(tzinfo=UTC)
        for name in logs_waiting(now - SETTLED_AFTER)
        if SEGMENT_HOUR.match(name)
    ]
    waiting += HourToRoll.objects.order_by("hour").values_list("hour", flat=True)[:1]
    return min([minute_of(now), *waiting])


def usage_lately(*, since: datetime) -> dict[str, int]:
    """Units of each key in the hours from `since` on, of all meters: differs when it was used."""
    hours = UsageHour.objects.filter(hour__gte=since).order_by("key_id")
    return dict(hours.values_list("key_id").annotate(Sum("quantity")))


def usage_keys(*, start: datetime, end: datetime) -> list[str]:
    """The keys that were used from `start` to `end`."""
    hours = UsageHour.objects.filter(hour__gte=start, hour__lt=end)
    return list(hours.order_by("key_id").values_list("key_id", flat=True).distinct())


def hours_unequal(*, start: datetime, end: datetime) -> list[UnequalHour]:
    """Where a recount of the events from `start` to `end` differs from the stored sums."""
    ids = {"first_id": first_id_of(start), "after_id": first_id_of(end)}
    with connection.cursor() as cursor:
        cursor.execute(HOURS_UNEQUAL_SQL, {"start": start, "end": end, **ids})
        found = cursor.fetchall()
    return [
        UnequalHour(key, hour, Meter(meter), int(counted), int(stored))
        for key, hour, meter, counted, stored in found
    ]


def logs_waiting(before: datetime) -> list[str]:
    """Log files that hold more than was loaded, and that nobody has written to since `before`."""
    paths = sorted(Path(settings.USAGE_LOG).glob("*"))
    loaded = bytes_loaded(paths)
    waiting = []
    for path in paths:
        with suppress(FileNotFoundError):  # the shipper has just finished it
            status = path.stat()
            old = status.st_mtime < before.timestamp()
            if old and status.st_size > loaded.get(path.name, 0):
                waiting.append(path.name)
    return waiting


def records_missing() -> Iterator[MissingRecord]:
    """What stands in the loaded part of a log that is still there, and not among the events."""
    paths = sorted(Path(settings.USAGE_LOG).glob("*.usage"))
    loaded = bytes_loaded(paths)
    for path in paths:
        with suppress(FileNotFoundError):  # the shipper has just finished it
            lines = _lines(path, loaded.get(path.name, 0))
            while batch := list(islice(lines, LINES_AT_ONCE)):
                known = UsageEvent.objects.filter(id__in=[one.id for one in batch])
                units = dict(known.values_list("id", "quantity"))
                missing = (one for one in batch if units.get(one.id) != one.quantity)
                yield from (MissingRecord(path.name, one) for one in missing)


def bytes_loaded(logs: Iterable[Path]) -> dict[str, int]:
    """How far each of these logs is loaded, by name; of one that is finished nothing: it is another
    file."""
    unfinished = UsageSegment.objects.filter(name__in=[log.name for log in logs], finished_at=None)
    return dict(unfinished.values_list("name", "offset"))


def _lines(path: Path, size: int) -> Iterator[UsageRecord]:
    """The records in the first `size` bytes; what is none was said when it was loaded."""
    with path.open("rb") as file:
        for line in file:
            size -= len(line)
            if size < 0:
                return
            with suppress(ValueError):
                yield from records_of(line.decode())


def months_kept() -> list[Period]:
    """The months (UTC) whose answers are there, the oldest first."""
    return [month_of(month) for month in months_of(UsageEvent._meta.db_table)]


def is_kept(hour: datetime) -> bool:
    """Whether the answers behind an hour's sum are there, or have been forgotten since."""
    return not missing_partitions(hour, [UsageEvent._meta.db_table])


def usage_in_hour(key_id: str, meter: Meter, hour: datetime) -> Iterator[Used]:
    """The answers behind an hour's sum, in order of time, read as they are needed."""
    events = UsageEvent.objects.filter(
        id__lt=first_id_of(hour + HOUR), key_id=key_id, meter=meter.value
    ).order_by("id")
    batch = list(events.filter(id__gte=first_id_of(hour))[:ANSWERS_AT_ONCE])
    while batch:
        yield from map(_used, batch)
        last = len(batch) < ANSWERS_AT_ONCE
        batch = [] if last else list(events.filter(id__gt=batch[-1].id)[:ANSWERS_AT_ONCE])


def _used(event: UsageEvent) -> Used:
    return Used(
        id=event.id,
        at=event.at,
        quantity=event.quantity,
        subject=event.subject,
        request_id=event.request_id,
        hazards=tuple(UUID(text) for text in event.hazards),
    )


def _hours(keys: Collection[str], start: datetime, end: datetime) -> QuerySet[UsageHour]:
    return UsageHour.objects.filter(key_id__in=keys, hour__gte=start, hour__lt=end)
