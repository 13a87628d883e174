"""Reads: work zones as values."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.contrib.gis.db.models import LineStringField, PointField, PolygonField
from django.contrib.gis.db.models.functions import GeometryDistance
from django.contrib.gis.geos import Point, Polygon
from django.db.models import BooleanField, FloatField, Func, Max, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone

from hazardmap.core.derived.workzone import WorkZone, ZoneChange, ZoneEvent
from hazardmap.core.geometry.area import Cell, Circle, Plain
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.hazards import zone_mapping, zone_models
from hazardmap.hazards.fading import probability_at

_CANDIDATES = 40
"""So many, the nearest in degrees, are measured in metres."""


@dataclass(frozen=True, slots=True)
class ZoneState:
    """A work zone, and when anything about it changed last."""

    zone: WorkZone
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ZonesWanted:
    """Which work zones somebody wants: those that are there now.

    ended_since: also those that have ended at this time or later. seen_from, seen_to: the time
    between the first and the last sighting touches this interval. min_probability: of those that
    have not ended, faded until `at`, or now. simulated: as in core.answers.wanted.
    """

    ended_since: datetime | None = None
    seen_from: datetime | None = None
    seen_to: datetime | None = None
    min_probability: float = 0.0
    simulated: bool | None = None
    at: datetime | None = None


THERE_NOW: Final = ZonesWanted()


def zone_get(zone_id: UUID) -> ZoneState | None:
    """A work zone, ended or not."""
    row = zone_models.Zone.objects.filter(id=zone_id).first()
    return None if row is None else _state(row)


def zones_page(
    area: Plain | None, wanted: ZonesWanted = THERE_NOW, *, after: UUID | None = None, limit: int
) -> list[ZoneState]:
    """One page of the work zones that reach into an area, in ascending order of id after `after`.

    area: None is the whole world; a cell is what its outline encloses.
    """
    return [_state(row) for row in _asked(area, wanted, after).order_by("id")[:limit]]


def zones_with(devices: Collection[UUID], wanted: ZonesWanted) -> list[ZoneState]:
    """The work zones that have any of these devices, in ascending order of id."""
    found = _asked(None, wanted, None).filter(hazard_ids__overlap=[*devices])
    return [_state(row) for row in found.order_by("id")]


def zones_count(area: Plain | None, wanted: ZonesWanted, *, after: UUID | None, most: int) -> int:
    """How many all further pages would have; `most` where it is as many or more."""
    return _asked(area, wanted, after)[:most].count()


def _asked(
    area: Plain | None, wanted: ZonesWanted, after: UUID | None
) -> QuerySet[zone_models.Zone]:
    when = Q(ended_at=None)
    if wanted.ended_since is not None:
        when |= Q(ended_at__gte=wanted.ended_since)
    found = zone_models.Zone.objects.filter(when)
    if area is not None:
        found = _within(area, found)
    if wanted.simulated is not None:
        found = found.filter(simulated=wanted.simulated)
    if wanted.seen_from is not None:
        found = found.filter(last_seen__gte=wanted.seen_from)
    if wanted.seen_to is not None:
        found = found.filter(started_at__lte=wanted.seen_to)
    if wanted.min_probability > 0.0:
        found = found.alias(left=probability_at(wanted.at or timezone.now()))
        found = found.filter(Q(ended_at__isnull=False) | Q(left__gte=wanted.min_probability))
    return found if after is None else found.filter(id__gt=after)


def _within(area: Plain, found: QuerySet[zone_models.Zone]) -> QuerySet[zone_models.Zone]:
    if isinstance(area, Circle):
        place = Value(Point(area.lon, area.lat, srid=4326), PointField(geography=True))
        return _within(area.box(), found).filter(_on_the_globe("ST_DWithin", place, area.radius_m))
    if isinstance(area, Cell):
        outline = Value(Polygon(area.outline(), srid=4326), PolygonField(geography=True))
        near = _within(area.around().box(), found)
        return near.filter(_on_the_globe("ST_Intersects", outline))
    return found.filter(reduce(or_, (Q(line__intersects=box) for box in _boxes(area))))


def _on_the_globe(function: str, *others: Value | float) -> Func:
    line = Cast("line", LineStringField(geography=True))
    return Func(line, *others, function=function, output_field=BooleanField())


def zones_newest(*, limit: int) -> list[WorkZone]:
    """The zones that are there now, those seen last first."""
    found = zone_models.Zone.objects.filter(ended_at=None).order_by("-last_seen", "-id")
    return [zone_mapping.zone_of(row) for row in found[:limit]]


def zones_near(lon: float, lat: float, *, limit: int) -> list[tuple[WorkZone, float]]:
    """The zones nearest to a place that are there now, nearest first, each with its distance_m.

    limit: at most 20. A degree is shorter eastwards than northwards, so twice as many and more are
    looked at than are told; as many again as seen from beyond the antimeridian.
    """
    place = Point(lon, lat, srid=4326)
    near = zone_models.Zone.objects.filter(ended_at=None).values_list("id", flat=True)
    beyond = Point(lon - math.copysign(360.0, lon), lat, srid=4326)
    seen_here, seen_from_beyond = (
        near.order_by(GeometryDistance("line", seen_from), "id")[:_CANDIDATES]
        for seen_from in (place, beyond)
    )
    candidates = list(seen_here.union(seen_from_beyond))
    away = Func(
        Cast("line", LineStringField(geography=True)),
        Value(place, PointField(geography=True)),
        function="ST_Distance",
        output_field=FloatField(),
    )
    found = zone_models.Zone.objects.filter(id__in=candidates)
    ordered = found.annotate(away_m=away).order_by("away_m", "id")[:limit]
    return [(zone_mapping.zone_of(row), row.away_m) for row in ordered]


def zone_changes_since(cursor: int, *, limit: int) -> list[ZoneEvent]:
    """The next changes of work zones after `cursor`, in the order in which they were committed."""
    found = zone_models.ZoneEvent.objects.filter(cursor__gt=cursor).order_by("cursor")
    return [_event(row) for row in found[:limit]]


def zones_until(cursor: int, zone_ids: Collection[UUID]) -> list[WorkZone]:
    """These work zones as they were at `cursor`, those that existed then."""
    until = zone_models.ZoneEvent.objects.filter(zone_id__in=zone_ids, cursor__lte=cursor)
    latest = until.values("zone_id").annotate(latest=Max("cursor")).values("latest")
    found = zone_models.ZoneEvent.objects.filter(cursor__in=latest)
    return [_event(row).zone for row in found]


def zones_surest(zone_ids: Collection[UUID]) -> dict[UUID, float]:
    """The highest probability with which the feed has told of each of these work zones."""
    if not zone_ids:
        return {}
    told = zone_models.ZoneEvent.objects.filter(zone_id__in=zone_ids).values("zone_id")
    highest = told.annotate(p=Max(Cast(KT("zone__p"), FloatField())))
    return dict(highest.values_list("zone_id", "p"))


def _state(row: zone_models.Zone) -> ZoneState:
    return ZoneState(zone_mapping.zone_of(row), row.updated_at)


def _event(row: zone_models.ZoneEvent) -> ZoneEvent:
    change = ZoneChange(row.change)
    return ZoneEvent(row.cursor, change, row.at, zone_mapping.zone_from_json(row.zone))


def _boxes(bbox: Bbox) -> list[Polygon]:
    """Lines across the antimeridian run on beyond ±180, and so does the box that looks for them."""
    west, south, east, north = bbox
    if west > east:
        east += 360.0
    turns = (-360.0, 0.0, 360.0)
    return [Polygon.from_bbox((west + turn, south, east + turn, north)) for turn in turns]
