"""Hazards by place, live ones unless others are asked for, as querysets for this app's reads."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast

from hazardmap.core.bbox import Bbox
from hazardmap.core.hazard import LIVE
from hazardmap.hazards import models

STATES = sorted(state.value for state in LIVE)


def live(states: Sequence[str] = STATES) -> QuerySet[models.Hazard]:
    """Every hazard in these states, with its `place` as a plane geometry, on which the index is.

    Sides of a box are parallels and meridians, not great circles.
    """
    found = models.Hazard.objects.filter(state__in=states)
    return found.alias(place=Cast("position", GeometryField()))


def live_in(bbox: Bbox | None, states: Sequence[str] = STATES) -> QuerySet[models.Hazard]:
    """Those in a box (west > east crosses the antimeridian); `None` is the whole world."""
    return live(states) if bbox is None else live_touching(boxes(bbox), states)


def live_touching(
    areas: list[GEOSGeometry], states: Sequence[str] = STATES
) -> QuerySet[models.Hazard]:
    """Those in any of these plane areas."""
    return live(states).filter(reduce(or_, (Q(place__intersects=area) for area in areas)))


def boxes(bbox: Bbox) -> list[GEOSGeometry]:
    """The one or two plane areas that a box is made of."""
    west, south, east, north = bbox
    if west > east:
        return [*boxes((west, south, 180.0, north)), *boxes((-180.0, south, east, north))]
    if (west, south) == (east, north):
        return [Point(west, south)]  # a polygon without any extent holds nothing
    return [Polygon.from_bbox(bbox)]
