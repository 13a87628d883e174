"""Hazards by place, live ones unless others are asked for, as querysets for this app's reads."""

from functools import reduce
from operator import or_

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast

from hazardmap.core.fusion.hazard import LIVE_STATES
from hazardmap.core.geometry.bbox import Bbox, parts
from hazardmap.hazards import models


def placed() -> QuerySet[models.Hazard]:
    """Every hazard that the map knows of, with its `place` as a plane geometry, indexed as that.

    Sides of a box are parallels and meridians, not great circles.
    """
    return models.Hazard.objects.alias(place=Cast("position", GeometryField()))


def live() -> QuerySet[models.Hazard]:
    """Every live hazard, with its `place`."""
    return placed().filter(state__in=LIVE_STATES)


def live_in(bbox: Bbox | None) -> QuerySet[models.Hazard]:
    """Those in a box (west > east crosses the antimeridian); `None` is the whole world."""
    return live() if bbox is None else touching(boxes(bbox), live())


def touching(areas: list[GEOSGeometry], found: QuerySet[models.Hazard]) -> QuerySet[models.Hazard]:
    """Those of `found` (from `placed`) in any of these plane areas."""
    return found.filter(reduce(or_, (Q(place__intersects=area) for area in areas)))


def boxes(bbox: Bbox) -> list[GEOSGeometry]:
    """The one or two plane areas that a box is made of."""
    return [_area(part) for part in parts(bbox)]


def _area(bbox: Bbox) -> GEOSGeometry:
    if bbox[:2] == bbox[2:]:
        return Point(bbox[:2])  # a polygon without any extent holds nothing
    return Polygon.from_bbox(bbox)
