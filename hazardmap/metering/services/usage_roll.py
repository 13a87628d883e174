"""Sum usage by hour, key and meter: always counted anew from the events, never added to.

The shipper marks each hour that it adds to, in the transaction that adds. Marks are read before
the hour is counted and deleted with it, so an event that is not counted still has its mark.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from hazardmap.core.full_times import HOUR, hour_of
from hazardmap.metering.models import HourToRoll
from hazardmap.metering.selectors import is_kept
from hazardmap.platform.partitions import first_id_of

HOUR_ROLL_SQL = (Path(__file__).parents[1] / "sql" / "hour_roll.sql").read_text()
MARKS_AT_ONCE = 1000


def usage_roll() -> int:
    """Count all hours that got usage since the last time; return how many countings that took."""
    rolled = 0
    while hours := _roll_marked():
        rolled += hours
    return rolled


def usage_roll_between(start: datetime, end: datetime) -> Iterator[datetime]:
    """Count every hour from `start` to `end` anew, marked or not; yields each when it is done."""
    hour = hour_of(start)
    while hour < end:
        with transaction.atomic():
            _one_at_a_time()
            _roll(hour)
        yield hour
        hour += HOUR


@transaction.atomic
def _roll_marked() -> int:
    _one_at_a_time()
    marks = dict(HourToRoll.objects.order_by("id").values_list("id", "hour")[:MARKS_AT_ONCE])
    hours = sorted(set(marks.values()))
    for hour in hours:
        _roll(hour)
    HourToRoll.objects.filter(id__in=list(marks)).delete()
    return len(hours)


def _one_at_a_time() -> None:
    """Or an older count could be written over a newer one. Reading goes on meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE metering_usagehour IN SHARE ROW EXCLUSIVE MODE")


def _roll(hour: datetime) -> None:
    """Where the answers have been forgotten, their sums are all that is left of them."""
    if not is_kept(hour):
        return
    ids = {"first_id": first_id_of(hour), "after_id": first_id_of(hour + HOUR)}
    with connection.cursor() as cursor:
        cursor.execute(HOUR_ROLL_SQL, {"hour": hour, **ids})
