"""Reads for buyers: live hazards by area, along a route, ahead of a vehicle, filtered and paged."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.gis.db.models import GeometryField, PointField
from django.contrib.gis.geos import GEOSGeometry, Point
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from hazardmap.core.ahead import Ahead
from hazardmap.core.area import Area, Cell, Circle
from hazardmap.core.bbox import Bbox, parts
from hazardmap.core.hazard import Change, Hazard, HazardEvent, State
from hazardmap.core.region import Region
from hazardmap.core.route import Match, Route, Side, match, side
from hazardmap.core.wanted import Wanted
from hazardmap.hazards import models, rows
from hazardmap.hazards.fading import probability_at
from hazardmap.hazards.live import STATES, boxes, live, live_in, placed, touching

STRETCH_M = 100_000.0
"""How much of a route one page looks at."""
READ_AT_ONCE = 2000
_LATEST_PASSES = 20
_LAST = UUID(int=2**128 - 1)


class Mark(NamedTuple):
    """Where a page of a route ended: a distance, and the last hazard there."""

    along_m: float
    id: UUID


class Newest(NamedTuple):
    """The latest change of the map."""

    cursor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OnWay:
    """A hazard on somebody's way.

    distance_m: along the route, or as the crow flies to what lies ahead. offset_m: to the right
    of the route or of the line of sight (> 0), to its left (< 0).
    """

    hazard: Hazard
    distance_m: float
    offset_m: float
    side: Side
    match: Match


@dataclass(frozen=True, slots=True)
class RoutePage:
    """found: in the order of the route. after: where the next page goes on; None at the end."""

    found: list[OnWay]
    after: Mark | None


def page(area: Area, wanted: Wanted, *, after: UUID | None, limit: int) -> list[Hazard]:
    """One page in ascending order of id, those after `after`."""
    found = _wanted(within(area, live()), wanted)
    if after is not None:
        found = found.filter(id__gt=after)
    return _hazards(found.order_by("id")[:limit])


def count(area: Area, wanted: Wanted, *, after: UUID | None, most: int) -> int:
    """How many there are after `after`; counting ends at `most`."""
    found = _wanted(within(area, live()), wanted)
    if after is not None:
        found = found.filter(id__gt=after)
    return found.order_by()[:most].count()


def along(
    route: Route, corridor_m: float, wanted: Wanted, *, after: Mark | None, limit: int
) -> RoutePage:
    """The next hazards within corridor_m of a route, at most STRETCH_M of it at once.

    Where a route passes a hazard twice, the nearer place counts. Raises WindsTooMuch.
    """
    begin_m = after.along_m if after else 0.0
    end_m = min(begin_m + STRETCH_M, route.length_m)
    met = _met(route, corridor_m, wanted, begin_m, end_m)
    found = sorted(mark for mark in met if after is None or mark > after)
    shown = found[:limit]
    ways = {mark.id: (mark.along_m, *met[mark]) for mark in shown}
    if len(found) > limit:
        return RoutePage(_on_way(ways), shown[-1])
    return RoutePage(_on_way(ways), Mark(end_m, _LAST) if end_m < route.length_m else None)


def along_count(route: Route, corridor_m: float, wanted: Wanted, *, after: Mark | None) -> int:
    """How many `along` would find from `after` to the end of the route. Raises WindsTooMuch."""
    begin_m = after.along_m if after else 0.0
    met = _met(route, corridor_m, wanted, begin_m, route.length_m)
    return sum(after is None or mark > after for mark in met)


def ahead(view: Ahead, wanted: Wanted, *, limit: int) -> tuple[list[OnWay], int]:
    """The nearest hazards ahead, nearest first, and how many there are in all."""
    ids, lons, lats = _places(_wanted(live_in(view.box()), wanted))
    distance_m, offset_m = view.found(lons, lats)
    near = sorted(
        (distance, id_, offset)
        for distance, id_, offset in zip(distance_m.tolist(), ids, offset_m.tolist(), strict=True)
        if math.isfinite(distance)
    )
    ways = {id_: (distance, offset, view.heading_deg) for distance, id_, offset in near[:limit]}
    return _on_way(ways), len(near)


def each(area: Area, wanted: Wanted) -> Iterator[Hazard]:
    """All of them in ascending order of id, read as they are needed, so much at once."""
    after = None
    while found := page(area, wanted, after=after, limit=READ_AT_ONCE):
        yield from found
        if len(found) < READ_AT_ONCE:
            break
        after = found[-1].id


def changes(since: int, *, limit: int, hazard_id: UUID | None = None) -> list[HazardEvent]:
    """The next events after a cursor in the order of their commits, of all hazards or of one."""
    found = models.HazardEvent.objects.filter(cursor__gt=since).order_by("cursor")
    if hazard_id is not None:
        found = found.filter(hazard_id=hazard_id)
    events = found.values_list("cursor", "change", "at", "hazard")[:limit]
    return [
        HazardEvent(cursor, Change(change), at, rows.hazard_from_json(hazard))
        for cursor, change, at, hazard in events
    ]


def was_there(hazard_id: UUID) -> bool:
    """Whether the map has ever had this hazard."""
    return models.HazardEvent.objects.filter(hazard_id=hazard_id).exists()


def changed_at() -> datetime | None:
    """When the map last changed; None if it never has."""
    newest = newest_change()
    return newest and newest.at


def newest_change() -> Newest | None:
    """The end of the feed; None if the map has never changed."""
    newest = models.HazardEvent.objects.order_by("-cursor").values_list("cursor", "at").first()
    return newest and Newest(*newest)


def _met(
    route: Route, corridor_m: float, wanted: Wanted, begin_m: float, end_m: float
) -> dict[Mark, tuple[float, float]]:
    """What a stretch of a route meets, in no order: its offset_m, and the bearing there."""
    near = _touching_any(route.envelopes(begin_m, end_m, corridor_m))
    ids, lons, lats = _places(_wanted(near, wanted))
    nearest = route.nearest(lons, lats, corridor_m)
    marks = map(Mark, nearest.along_m.tolist(), ids)
    places = zip(nearest.offset_m.tolist(), nearest.bearing_deg.tolist(), strict=True)
    return {
        mark: place
        for mark, place in zip(marks, places, strict=True)
        if math.isfinite(place[0]) and begin_m <= mark.along_m <= end_m
    }


def newest(
    area: Area | None, wanted: Wanted, *, limit: int, states: Sequence[str] = STATES
) -> list[Hazard]:
    """Those that were seen last, in that order; in the whole world where there is no area.

    states: live ones, unless those are asked for that are over.
    """
    found = placed().filter(state__in=states)
    found = _wanted(found if area is None else within(area, found), wanted)
    return _hazards(found.order_by("-last_seen", "-id")[:limit])


def nearest(
    circle: Circle, wanted: Wanted, *, limit: int, states: Sequence[str] = STATES
) -> list[Hazard]:
    """Those of a circle that are nearest to its middle, nearest first. states: as in `newest`."""
    found = _wanted(within(circle, placed().filter(state__in=states)), wanted)
    # The operator, and not ST_Distance, for it walks through the index from the middle outwards.
    away = Func(
        F("position"),
        Value(Point(circle.lon, circle.lat, srid=4326), PointField(geography=True)),
        template="(%(expressions)s)",
        arg_joiner=" <-> ",
        output_field=FloatField(),
    )
    return _hazards(found.order_by(away, "-id")[:limit])


def within(area: Area, found: QuerySet[models.Hazard]) -> QuerySet[models.Hazard]:
    """Those of `found` (from live.placed) that lie in an area."""
    if isinstance(area, Circle):
        place = Value(Point(area.lon, area.lat, srid=4326), PointField(geography=True))
        near = Func(
            F("position"),
            place,
            Value(area.radius_m),
            function="ST_DWithin",
            output_field=BooleanField(),
        )
        return touching(boxes(area.box()), found).filter(near)
    if isinstance(area, Cell):
        return found.filter(cell__range=area.span())
    if isinstance(area, Region):
        return touching([GEOSGeometry(memoryview(area.wkb))], found)
    return touching(boxes(area), found)


def _touching_any(envelopes: Sequence[Bbox]) -> QuerySet[models.Hazard]:
    """Those in any of many boxes; each is looked up in the index by itself.

    ARRAY makes PostgreSQL do that first, and once: it has no idea how little the boxes hold.
    """
    flat = [part for box in envelopes for part in parts(box)]
    sides = [list(values) for values in zip(*flat, strict=True)] or [[]] * 4
    near = RawSQL(
        "ARRAY(SELECT near.id FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[])"
        " AS box(west, south, east, north) JOIN hazards_hazard near"
        " ON near.position::geometry(Geometry, 4326)"  # as the index has it
        " && ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326))",
        sides,
        output_field=ArrayField(UUIDField()),
    )
    among = Func(F("id"), near, template="%(expressions)s)", arg_joiner=" = ANY(")
    return live().filter(ExpressionWrapper(among, output_field=BooleanField()))


def _wanted(found: QuerySet[models.Hazard], wanted: Wanted) -> QuerySet[models.Hazard]:
    if wanted.kinds is not None:
        found = found.filter(kind__in=wanted.kinds)
    if wanted.published:
        found = found.filter(published=True)
    if wanted.min_severity > 1:
        found = found.filter(severity__gte=wanted.min_severity)
    if wanted.min_probability > 0.0:
        found = found.alias(probability=probability_at(wanted.at))
        found = found.filter(probability__gte=wanted.min_probability)
    if wanted.max_age_s is not None:
        found = found.filter(last_seen__gte=wanted.at - timedelta(seconds=wanted.max_age_s))
    if wanted.seen_from is not None:
        found = found.filter(last_seen__gte=wanted.seen_from)
    if wanted.seen_to is not None:
        found = found.filter(first_seen__lte=wanted.seen_to)
    return found


def _places(found: QuerySet[models.Hazard]) -> tuple[list[UUID], list[float], list[float]]:
    """Ids, longitudes and latitudes."""
    places = list(found.order_by().values_list("id", _LON, _LAT))
    ids, lons, lats = zip(*places, strict=True) if places else ((), (), ())
    return list(ids), list(lons), list(lats)


def _on_way(ways: Mapping[UUID, tuple[float, float, float]]) -> list[OnWay]:
    """ways: by hazard, in order, its distance_m, its offset_m, and the bearing there."""
    found = models.Hazard.objects.filter(id__in=ways).annotate(headings=_headings())
    known = {
        row[0]: (_hazard(row[:-1]), row[-1]) for row in found.values_list(*_COLUMNS, "headings")
    }
    return [
        OnWay(
            hazard=known[id_][0],
            distance_m=distance_m,
            offset_m=offset_m,
            side=side(offset_m, known[id_][0].radius_m),
            match=match(bearing_deg, [one for one in known[id_][1] if one is not None]),
        )
        for id_, (distance_m, offset_m, bearing_deg) in ways.items()
        if id_ in known  # it may have gone since it was found
    ]


def _headings() -> ArraySubquery:
    """In which directions they drove who saw a hazard last."""
    best = models.Observation.objects.filter(id=OuterRef("best_observation"))
    seen = models.Evidence.objects.filter(hazard=OuterRef("id"), seen=True).order_by("-last_at")
    heading = Subquery(best.values("view__heading_deg"), output_field=FloatField())
    return ArraySubquery(seen.annotate(heading=heading).values("heading")[:_LATEST_PASSES])


def _hazards(found: QuerySet[models.Hazard]) -> list[Hazard]:
    return [_hazard(row) for row in found.values_list(*_COLUMNS)]


def _hazard(row: Sequence[Any]) -> Hazard:
    """As rows.hazard_of, ten times as fast: pages have hundreds of them."""
    values = list(row)
    values[_STATE_AT] = _STATE_NAMED[values[_STATE_AT]]
    for at in _TIMES_AT:
        values[at] = datetime.fromtimestamp(values[at], UTC)
    return Hazard(*values)


def _ordinate(function: str) -> Func:
    flat = Cast("position", GeometryField())
    return Func(flat, function=function, output_field=FloatField())


def _epoch_s(name: str) -> Func:
    """A time as seconds, which hold its microseconds until 2242. Django reads a number in a tenth
    of the time that it needs for a time."""
    return Func(F(name), template="date_part('epoch', %(expressions)s)", output_field=FloatField())


_LON, _LAT = _ordinate("ST_X"), _ordinate("ST_Y")
_FIELDS = list(Hazard.__dataclass_fields__)
_TIMES = ("t_ref", "first_seen", "last_seen", "expires_at")
_READ = {"lon": _LON, "lat": _LAT} | {name: _epoch_s(name) for name in _TIMES}
_COLUMNS = [_READ.get(name, name) for name in _FIELDS]
_STATE_AT, _TIMES_AT = _FIELDS.index("state"), [_FIELDS.index(name) for name in _TIMES]
_STATE_NAMED = {state.value: state for state in State}
