"""After a restore: go on with cursors that nobody was ever given."""

from django.db import connection, transaction
from django.utils import timezone

from hazardmap.hazards.change_feed import LOST
from hazardmap.hazards.services.events_write import feed_lock

_TABLES = ("hazards_hazardevent", "hazards_zoneevent")


@transaction.atomic
def cursors_raise() -> bool:
    """The next change gets a cursor beyond all that were lost; whether that was to be done.

    It is the time in microseconds: no map changes as fast as these go by, so also a dump that is
    restored twice does not give a cursor twice. Nothing is raised again until there is a change.
    The feed finds the step again by its size (change_feed.is_lost).
    """
    feed_lock()
    raised = [_raise(table) for table in _TABLES]
    return any(raised)


def _raise(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_get_serial_sequence('{table}', 'cursor'), "  # noqa: S608 - our own words
            f"coalesce(max(cursor), 0) FROM {table}"
        )
        sequence, newest = cursor.fetchone()
        cursor.execute(f"SELECT last_value FROM {sequence}")  # noqa: S608 - what PostgreSQL says
        if cursor.fetchone()[0] >= newest + LOST:
            return False
        value = max(newest + LOST, int(timezone.now().timestamp() * 1_000_000))
        cursor.execute("SELECT setval(%s, %s)", [sequence, value])
        return True
