"""Reads for buyers: live hazards along a route and ahead of a vehicle."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

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
)
from django.db.models.expressions import RawSQL

from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.geometry.ahead import Ahead
from hazardmap.core.geometry.bbox import Bbox, parts
from hazardmap.core.geometry.route import Match, Route, Side, match, side
from hazardmap.hazards import models
from hazardmap.hazards.columns import COLUMNS, hazard_from
from hazardmap.hazards.live import live, live_in
from hazardmap.hazards.search import matching
from hazardmap.platform.place_columns import LAT, LON

STRETCH_M = 100_000.0
"""How much of a route one page looks at."""
_LATEST_PASSES = 20
_LAST = UUID(int=2**128 - 1)


class Mark(NamedTuple):
    """Where a page of a route ended: a distance, and the last hazard there."""

    along_m: float
    id: UUID


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


def along_count(
    route: Route, corridor_m: float, wanted: Wanted, *, after: Mark | None, limit: int
) -> tuple[int, int]:
    """How many `along` would find from `after` to the end of the route, and on how many pages.

    Raises WindsTooMuch.
    """
    begin_m = after.along_m if after else 0.0
    met = _met(route, corridor_m, wanted, begin_m, route.length_m)
    marks = sorted(mark for mark in met if after is None or mark > after)
    return len(marks), _pages(marks, begin_m, route.length_m, limit)


def ahead(view: Ahead, wanted: Wanted, *, limit: int) -> tuple[list[OnWay], int]:
    """The nearest hazards ahead, nearest first, and how many there are in all."""
    ids, lons, lats = _places(matching(live_in(view.box()), wanted))
    distance_m, offset_m = view.found(lons, lats)
    near = sorted(
        (distance, id_, offset)
        for distance, id_, offset in zip(distance_m.tolist(), ids, offset_m.tolist(), strict=True)
        if math.isfinite(distance)
    )
    ways = {id_: (distance, offset, view.heading_deg) for distance, id_, offset in near[:limit]}
    return _on_way(ways), len(near)


def _pages(marks: Sequence[Mark], begin_m: float, length_m: float, limit: int) -> int:
    """On how many pages `along` shows these marks, which are in order."""
    pages, shown = 1, 0
    while True:
        end_m = min(begin_m + STRETCH_M, length_m)
        within = bisect_right(marks, Mark(end_m, _LAST))
        if within - shown > limit:
            shown += limit
            begin_m = marks[shown - 1].along_m
        elif end_m < length_m:
            shown, begin_m = within, end_m
        else:
            return pages
        pages += 1


def _met(
    route: Route, corridor_m: float, wanted: Wanted, begin_m: float, end_m: float
) -> dict[Mark, tuple[float, float]]:
    """What a stretch of a route meets, in no order: its offset_m, and the bearing there."""
    near = _touching_any(route.envelopes(begin_m, end_m, corridor_m))
    ids, lons, lats = _places(matching(near, wanted))
    nearest = route.nearest(lons, lats, corridor_m)
    marks = map(Mark, nearest.along_m.tolist(), ids)
    places = zip(nearest.offset_m.tolist(), nearest.bearing_deg.tolist(), strict=True)
    return {
        mark: place
        for mark, place in zip(marks, places, strict=True)
        if math.isfinite(place[0]) and begin_m <= mark.along_m <= end_m
    }


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


def _places(found: QuerySet[models.Hazard]) -> tuple[list[UUID], list[float], list[float]]:
    """Ids, longitudes and latitudes."""
    places = list(found.order_by().values_list("id", LON, LAT))
    ids, lons, lats = zip(*places, strict=True) if places else ((), (), ())
    return list(ids), list(lons), list(lats)


def _on_way(ways: Mapping[UUID, tuple[float, float, float]]) -> list[OnWay]:
    """ways: by hazard, in order, its distance_m, its offset_m, and the bearing there."""
    found = models.Hazard.objects.filter(id__in=ways).annotate(headings=_headings())
    known = {
        row[0]: (hazard_from(row[:-1]), row[-1]) for row in found.values_list(*COLUMNS, "headings")
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
