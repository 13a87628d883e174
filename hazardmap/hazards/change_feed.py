"""Reads: the feed of changes of the map, in the order of their commits."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from hazardmap.core.fusion.hazard import LIVE_STATES, Hazard, HazardEvent
from hazardmap.core.geometry.area import Cell
from hazardmap.core.geometry.bbox import Bbox, holds
from hazardmap.core.messages.watch import Watch, change_seen
from hazardmap.hazards import mapping, models
from hazardmap.platform.rows_read import rows_read

LOOKED_AT_ONCE = 20_000
READ_AT_ONCE = 2000
MOST_COUNTED = 100_000
PARTS_COUNTED = 5
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


class Count(NamedTuple):
    """How many changes there are after a cursor. exact: or whether there may be more."""

    changes: int
    exact: bool


def changes(since: int, *, limit: int, hazard_id: UUID | None = None) -> Part:
    """The next events after a cursor in the order of their commits, of all hazards or of one."""
    found = _after(since, hazard_id).values_list(*mapping.EVENT)[: limit + 1]
    events = [mapping.event_of(*columns) for columns in found]
    shown = events[:limit]
    return Part(shown, shown[-1].cursor if shown else since, len(events) > limit)


def count(since: int, *, hazard_id: UUID | None = None) -> Count:
    """How many those are; of more than MOST_COUNTED so many."""
    found = _after(since, hazard_id)[: MOST_COUNTED + 1].count()
    return Count(min(found, MOST_COUNTED), found <= MOST_COUNTED)


def _after(since: int, hazard_id: UUID | None) -> "QuerySet[models.HazardEvent]":
    found = models.HazardEvent.objects.filter(cursor__gt=since).order_by("cursor")
    return found if hazard_id is None else found.filter(hazard_id=hazard_id)


def changes_seen(since: int, *, limit: int, watch: Watch, area: Bbox | Cell | None) -> Part:
    """The same, of hazards that somebody sees or saw there, as changes of what he sees.

    It looks at LOOKED_AT_ONCE events at most, so it may be short, or empty, and still have more.
    """

    def sees(hazard: Hazard) -> bool:
        if not watch.wants(hazard):
            return False
        if isinstance(area, Cell):
            return area.holds(hazard.lon, hazard.lat)
        return area is None or holds(area, hazard.lon, hazard.lat)

    looked_to, is_full = _stretch(since)
    # The database knows boxes, not cells: of a cell it finds more than is seen.
    most = READ_AT_ONCE if isinstance(area, Cell) else limit
    found = _rows_maybe_seen(since, looked_to, watch, area, most)
    events = list[HazardEvent]()
    cursor = since
    for number, change_said, at, hazard, merged_into, before in found:
        event = mapping.event_of(number, change_said, at, json.loads(hazard), merged_into)
        cursor = event.cursor
        seen_before = before is not None and sees(mapping.hazard_from_json(json.loads(before)))
        change = change_seen(event.change, before=seen_before, now=sees(event.hazard))
        if change is not None:
            events.append(replace(event, change=change))
        if len(events) == limit:
            break
    if len(events) < limit and len(found) < most:
        cursor = looked_to
    return Part(events, cursor, cursor < looked_to or is_full)


def count_seen(since: int, *, watch: Watch, area: Bbox | Cell | None) -> Count:
    """How many somebody sees, who sees a part; they have to be read, so PARTS_COUNTED at most."""
    found = 0
    for _ in range(PARTS_COUNTED):
        part = changes_seen(since, limit=READ_AT_ONCE, watch=watch, area=area)
        found, since = found + len(part.events), part.cursor
        if not part.more:
            return Count(found, exact=True)
    return Count(found, exact=False)


def _stretch(since: int) -> tuple[int, bool]:
    """Up to which cursor one request looks, and whether that is as far as it may."""
    [(last, count)] = rows_read(
        "SELECT max(cursor), count(*) FROM (SELECT cursor FROM hazards_hazardevent "
        "WHERE cursor > %s ORDER BY cursor LIMIT %s) AS looked",
        [since, LOOKED_AT_ONCE],
    )
    return last or since, count == LOOKED_AT_ONCE


def _rows_maybe_seen(
    since: int, until: int, watch: Watch, area: Bbox | Cell | None, most: int
) -> list[tuple[Any, ...]]:
    """Events that somebody may see, or may have seen before: their columns, and what was before."""
    is_seen = "{0}->>'state' = ANY(%(live)s)"
    values: dict[str, Any] = {"live": list(LIVE_STATES)}
    if watch.kinds is not None:
        is_seen += " AND {0}->>'kind' = ANY(%(kinds)s)"
        values["kinds"] = list(watch.kinds)
    if watch.published:
        is_seen += " AND ({0}->>'published')::boolean"
    if isinstance(area, tuple):
        west, south, east, north = area
        values |= {"west": west, "south": south, "east": east, "north": north}
        is_east, is_west = "({0}->>'lon')::float8 >= %(west)s", "({0}->>'lon')::float8 <= %(east)s"
        is_seen += " AND ({0}->>'lat')::float8 BETWEEN %(south)s AND %(north)s"
        is_seen += f" AND ({is_east} {'AND' if west <= east else 'OR'} {is_west})"
    return rows_read(
        "SELECT now.cursor, now.change, now.at, now.hazard, now.merged_into, before.hazard "  # noqa: S608 - our own words
        "FROM hazards_hazardevent AS now LEFT JOIN LATERAL ("
        "SELECT hazard FROM hazards_hazardevent AS earlier "
        "WHERE earlier.hazard_id = now.hazard_id AND earlier.cursor < now.cursor "
        "ORDER BY earlier.cursor DESC LIMIT 1) AS before ON true "
        "WHERE now.cursor > %(since)s AND now.cursor <= %(until)s "
        f"AND ({is_seen.format('now.hazard')} OR {is_seen.format('before.hazard')}) "
        "ORDER BY now.cursor LIMIT %(most)s",
        values | {"since": since, "until": until, "most": most},
    )


def moves_since(cursor: int, *, limit: int) -> list[Move]:
    """The next events after `cursor` in the same order, each with its hazard before that."""
    earlier = models.HazardEvent.objects.filter(
        hazard_id=OuterRef("hazard_id"), cursor__lt=OuterRef("cursor")
    ).order_by("-cursor")
    found = models.HazardEvent.objects.filter(cursor__gt=cursor).order_by("cursor")
    moves = found.values_list(*mapping.EVENT, Subquery(earlier.values("hazard")[:1]))
    return [
        Move(
            mapping.event_of(*columns), None if before is None else mapping.hazard_from_json(before)
        )
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
    rows = rows_read(
        "SELECT wanted.id, event.cursor, event.at "
        "FROM unnest(%s::uuid[]) AS wanted (id) CROSS JOIN LATERAL ("
        "SELECT cursor, at FROM hazards_hazardevent "
        "WHERE hazard_id = wanted.id AND cursor <= %s ORDER BY cursor DESC LIMIT 1) AS event",
        [list(ids), until],
    )
    return {id_: Newest(*newest) for id_, *newest in rows}


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
