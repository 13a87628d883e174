"""Reads for buyers: hazards by area, filtered and paged."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db.models import (
    BooleanField,
    F,
    FloatField,
    Func,
    QuerySet,
    Value,
)

from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.fusion.hazard import LIVE_STATES, Hazard
from hazardmap.core.geometry.area import Area, Cell, Circle
from hazardmap.core.geometry.region import Region
from hazardmap.hazards import models
from hazardmap.hazards.columns import hazards_of
from hazardmap.hazards.fading import probability_at
from hazardmap.hazards.live import boxes, live, placed, touching

READ_AT_ONCE = 2000


def page(area: Area, wanted: Wanted, *, after: UUID | None, limit: int) -> list[Hazard]:
    """One page in ascending order of id, those after `after`."""
    return hazards_of(_asked(area, wanted, after).order_by("id")[:limit])


def count(area: Area, wanted: Wanted, *, after: UUID | None, most: int) -> int:
    """How many there are after `after`; counting ends at `most`."""
    return _asked(area, wanted, after).order_by()[:most].count()


def each(area: Area, wanted: Wanted) -> Iterator[Hazard]:
    """All of them in ascending order of id, read as they are needed, so much at once."""
    after = None
    while found := page(area, wanted, after=after, limit=READ_AT_ONCE):
        yield from found
        if len(found) < READ_AT_ONCE:
            break
        after = found[-1].id


def newest(
    area: Area | None, wanted: Wanted, *, limit: int, states: Sequence[str] = LIVE_STATES
) -> list[Hazard]:
    """Those that were seen last, in that order; in the whole world where there is no area.

    states: live ones, unless those are asked for that are over.
    """
    found = placed().filter(state__in=states)
    found = matching(found if area is None else within(area, found), wanted)
    return hazards_of(found.order_by("-last_seen", "-id")[:limit])


def nearest(
    circle: Circle, wanted: Wanted, *, limit: int, states: Sequence[str] = LIVE_STATES
) -> list[Hazard]:
    """Those of a circle that are nearest to its middle, nearest first. states: as in `newest`."""
    found = matching(within(circle, placed().filter(state__in=states)), wanted)
    # All of the circle are measured and sorted: the index knows places in degrees only.
    away = Func(
        F("position"),
        Value(Point(circle.lon, circle.lat, srid=4326), PointField(geography=True)),
        template="(%(expressions)s)",
        arg_joiner=" <-> ",
        output_field=FloatField(),
    )
    return hazards_of(found.order_by(away, "-id")[:limit])


def _asked(area: Area, wanted: Wanted, after: UUID | None) -> QuerySet[models.Hazard]:
    """The live ones of an area that are wanted, those after `after`."""
    found = matching(within(area, live()), wanted)
    return found if after is None else found.filter(id__gt=after)


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


def matching(found: QuerySet[models.Hazard], wanted: Wanted) -> QuerySet[models.Hazard]:
    """Those of `found` that somebody wants."""
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
    if wanted.simulated is not None:
        found = found.filter(simulated=wanted.simulated)
    return found
