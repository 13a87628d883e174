"""Reads: the feed of changes of the map, in the order of their commits."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Subquery

from hazardmap.core.fusion.hazard import Hazard, HazardEvent
from hazardmap.core.messages.watch import change_seen
from hazardmap.hazards import models, rows

LOOKED_AT_ONCE = 2000
LOST = 10_000_000
"""By so much at least cursors are raised after a restore (services.cursors_raise): ten seconds of
microseconds, and a gap that no transaction that was rolled back leaves."""


class Newest(NamedTuple):
    """The latest change of the map or of a hazard."""

    cursor: int
    at: datetime


class Move(NamedTuple):
    """An event of the change feed, and its hazard as the event before left it, if there was one."""

    event: HazardEvent
    before: Hazard | None


class Part(NamedTuple):
    """A stretch of the feed. cursor: up to which it has been read. more: whether there may be more
    after that."""

    events: list[HazardEvent]
    cursor: int
    more: bool


def changes(since: int, *, limit: int, hazard_id: UUID | None = None) -> Part:
    """The next events after a cursor in the order of their commits, of all hazards or of one."""
    found = models.HazardEvent.objects.filter(cursor__gt=since).order_by("cursor")
    if hazard_id is not None:
        found = found.filter(hazard_id=hazard_id)
    events = [rows.event_of(*columns) for columns in found.values_list(*rows.EVENT)[: limit + 1]]
    shown = events[:limit]
    return Part(shown, shown[-1].cursor if shown else since, len(events) > limit)


def changes_seen(since: int, *, limit: int, sees: Callable[[Hazard], bool]) -> Part:
    """The same, of hazards that somebody sees or saw, as changes of what he sees.

    It looks at LOOKED_AT_ONCE events at most, so it may be short, or empty, and still have more.
    """
    cursor, events = since, list[HazardEvent]()
    moves = moves_since(since, limit=LOOKED_AT_ONCE)
    for event, before in moves:
        cursor = event.cursor
        seen_before = before is not None and sees(before)
        change = change_seen(event.change, before=seen_before, now=sees(event.hazard))
        if change is not None:
            events.append(replace(event, change=change))
        if len(events) == limit:
            break
    is_last = not moves or cursor == moves[-1].event.cursor
    return Part(events, cursor, not is_last or len(moves) == LOOKED_AT_ONCE)


def moves_since(cursor: int, *, limit: int) -> list[Move]:
    """The next events after `cursor` in the same order, each with its hazard before that."""
    earlier = models.HazardEvent.objects.filter(
        hazard_id=OuterRef("hazard_id"), cursor__lt=OuterRef("cursor")
    ).order_by("-cursor")
    found = models.HazardEvent.objects.filter(cursor__gt=cursor).order_by("cursor")
    moves = found.values_list(*rows.EVENT, Subquery(earlier.values("hazard")[:1]))
    return [
        Move(rows.event_of(*columns), None if before is None else rows.hazard_from_json(before))
        for *columns, before in moves[:limit]
    ]


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


def latest_cursor() -> int:
    """The cursor to start from for somebody who wants only what comes."""
    newest = newest_change()
    return newest.cursor if newest else 0


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
