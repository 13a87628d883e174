"""How requests of each key were answered: for people to see, nothing is billed by it.

Counted in the process and added to the rows every few seconds. A killed process loses what it has
not added yet.
"""

from collections import Counter
from datetime import datetime
from threading import Lock
from typing import Final

from django.db import DatabaseError, connection
from django.utils import timezone

from hazardmap.core.full_times import hour_of

MOST: Final = 10_000
_counts: Counter[tuple[str, datetime, int]] = Counter()
_lock = Lock()


def answer_count(*, key_id: str, status: int) -> None:
    """One answer with this status. While there is no database, some are left out in the end."""
    kind = key_id, hour_of(timezone.now()), status
    with _lock:
        if len(_counts) < MOST or kind in _counts:
            _counts[kind] += 1


def answers_add() -> None:
    """Add what this process has counted since the last time; what cannot be added waits."""
    with _lock:
        found = sorted(_counts.items())  # in one order, so that processes do not block each other
        _counts.clear()
    if not found:
        return
    keys, hours, statuses = zip(*(kind for kind, _count in found), strict=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO metering_answerhour AS known (key_id, hour, status, answers) "
                "SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::int[], %s::bigint[]) "
                "ON CONFLICT (key_id, hour, status) "
                "DO UPDATE SET answers = known.answers + EXCLUDED.answers",
                [list(keys), list(hours), list(statuses), [count for _kind, count in found]],
            )
    except DatabaseError:
        with _lock:
            _counts.update(dict(found))
        raise
