"""Follow the change feed from inside: what follows from the hazards is made anew where they change.

The feed is the list of what is still to be done: it is written in the transaction that changes a
hazard, and a reader moves on in the transaction that has done its work.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import OperationalError, transaction

from hazardmap.hazards import feed_models
from hazardmap.hazards.change_feed import Move, latest_cursor, moves_since
from hazardmap.platform.hardship import TooMuch, hardship
from hazardmap.platform.rows_read import rows_read

BATCH = 1000
PARTS = 10  # into which one is divided that takes too long, which takes half a minute to find out
logger = logging.getLogger(__name__)
_Read = Callable[[int, int], set[int]]
"""The cursors of so many events after a cursor, which have been taken."""


class Touched(NamedTuple):
    """A state of a hazard that has been left or reached."""

    hazard_id: UUID
    kind: str
    lon: float
    lat: float


_TOUCHED = """
    WITH news AS (
        SELECT cursor, hazard_id, hazard FROM hazards_hazardevent
        WHERE cursor > %(after)s ORDER BY cursor LIMIT %(limit)s
    ), told AS (
        SELECT cursor, hazard_id, hazard FROM news
        UNION ALL
        SELECT %(after)s, changed.hazard_id, before.hazard
        FROM (SELECT DISTINCT hazard_id FROM news) AS changed CROSS JOIN LATERAL (
            SELECT hazard FROM hazards_hazardevent AS event
            WHERE event.hazard_id = changed.hazard_id AND event.cursor <= %(after)s
            ORDER BY cursor DESC LIMIT 1
        ) AS before
    )
    SELECT cursor, hazard_id, hazard ->> 'kind', (hazard ->> 'lon')::float8,
        (hazard ->> 'lat')::float8 FROM told
"""


def feed_follow(name: str, take: Callable[[Collection[Touched]], None]) -> int:
    """Hand all that is new for this reader to `take`, a batch at a time; return how many events.

    `take` runs in a transaction, one at a time for each reader: while another process is at it,
    nothing is done here. It gets what hazards were before and what they became, and finds the
    hazards as they are by now, or later.
    """

    def read(after: int, limit: int) -> set[int]:
        rows = rows_read(_TOUCHED, {"after": after, "limit": limit})
        told = [(at, Touched(*state)) for at, *state in rows]
        cursors = {at for at, _ in told if at > after}
        if cursors:
            take({state for _, state in told})
        return cursors

    feed_models.FeedReader.objects.get_or_create(name=name)
    return _to_the_end(name, read)


def moves_follow(name: str, take: Callable[[Sequence[Move]], None]) -> int:
    """As `feed_follow`, with whole events in their order. Who is new begins with what comes now."""

    def read(after: int, limit: int) -> set[int]:
        moves = moves_since(after, limit=limit)
        if moves:
            take(moves)
        return {move.event.cursor for move in moves}

    begin = {"cursor": latest_cursor}
    feed_models.FeedReader.objects.get_or_create(name=name, defaults=begin)
    return _to_the_end(name, read)


def feed_hold(name: str) -> None:
    """Wait until this reader is nobody's, and keep it until the transaction ends."""
    feed_models.FeedReader.objects.get_or_create(name=name)
    feed_models.FeedReader.objects.select_for_update().get(name=name)


def _to_the_end(name: str, read: _Read) -> int:
    """Where a batch is too much for the database, in smaller ones: it would be so for ever, and
    whatever comes behind it would wait. Raises OperationalError where a single event is.
    """
    taken, limit = 0, BATCH
    while True:
        try:
            with hardship():
                count = _batch(name, read, limit)
        except TooMuch as error:
            if limit == 1:
                raise OperationalError(str(error)) from error
            limit = max(1, limit // PARTS)
            logger.warning("%s takes %d changes at once: %s", name, limit, error)
        else:
            if not count:
                return taken
            taken += count


@transaction.atomic
def _batch(name: str, read: _Read, limit: int) -> int:
    readers = feed_models.FeedReader.objects.select_for_update(skip_locked=True)
    reader = readers.filter(name=name).first()
    if reader is None:
        return 0
    cursors = read(reader.cursor, limit)
    if cursors:
        reader.cursor = max(cursors)
        reader.save(update_fields=["cursor"])
    return len(cursors)
