"""Reads: the feed of changes of the map, in the order of their commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from hazardmap.core.hazard import HazardEvent
from hazardmap.hazards import models, rows

LOST = 10_000_000
"""By so much at least cursors are raised after a restore (services.cursors_raise): ten seconds of
microseconds, and a gap that no transaction that was rolled back leaves."""


class Newest(NamedTuple):
    """The latest change of the map or of a hazard."""

    cursor: int
    at: datetime


def changes(since: int, *, limit: int, hazard_id: UUID | None = None) -> list[HazardEvent]:
    """The next events after a cursor in the order of their commits, of all hazards or of one."""
    found = models.HazardEvent.objects.filter(cursor__gt=since).order_by("cursor")
    if hazard_id is not None:
        found = found.filter(hazard_id=hazard_id)
    return [rows.event_of(*columns) for columns in found.values_list(*rows.EVENT)[:limit]]


def was_there(hazard_id: UUID) -> bool:
    """Whether the map has ever had this hazard."""
    return models.HazardEvent.objects.filter(hazard_id=hazard_id).exists()


def changed_at() -> datetime | None:
    """When the map last changed; None if it never has."""
    newest = newest_change()
    return newest and newest.at


def newest_changes(ids: Sequence[UUID], *, until: int) -> dict[UUID, Newest]:
    """The latest change of each of these hazards, up to a cursor; of those that have one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.id, event.cursor, event.at "
            "FROM unnest(%s::uuid[]) AS wanted (id) CROSS JOIN LATERAL ("
            "SELECT cursor, at FROM hazards_hazardevent "
            "WHERE hazard_id = wanted.id AND cursor <= %s ORDER BY cursor DESC LIMIT 1) AS event",
            [list(ids), until],
        )
        return {id_: Newest(*newest) for id_, *newest in cursor.fetchall()}


def newest_change() -> Newest | None:
    """The end of the feed; None if the map has never changed."""
    newest = models.HazardEvent.objects.order_by("-cursor").values_list("cursor", "at").first()
    return newest and Newest(*newest)


def is_lost(cursor: int, newest: int) -> bool:
    """Whether this cursor was given out by the part of the feed that a restore has lost.

    Within a gap as wide as LOST nothing was ever told here. A cursor of an event is none of these,
    nor is 0, with which everybody begins. newest: the latest cursor; whoever is near it is not
    looked up.
    """
    if cursor == 0 or newest - cursor < LOST // 2:
        return False
    events = models.HazardEvent.objects.order_by("cursor").values_list("cursor", flat=True)
    before = events.filter(cursor__lte=cursor).last() or 0
    after = events.filter(cursor__gt=cursor).first()
    return before != cursor and after is not None and after - before >= LOST
