"""Rows of the map near any of many places, by one index scan for each place."""

from collections.abc import Iterable
from typing import TypeVar

import h3.api.basic_int as h3
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

from hazardmap.core.grid import cell

Place = tuple[float, float]
M = TypeVar("M", bound=Model)

# A thousand sightings of one thing are a few cells: each is asked about once, from its middle.
_COVER_RES = 12
_COVER_M = 15.0  # no point of such a cell is farther from its middle
_SQL = """
    SELECT thing."{key}"
    FROM unnest(%s::float8[], %s::float8[]) AS place (lon, lat)
    JOIN "{table}" AS thing ON ST_DWithin(
        thing.position, ST_SetSRID(ST_MakePoint(place.lon, place.lat), 4326)::geography, %s
    )
"""


def near(model: type[M], places: Iterable[Place], reach_m: float) -> QuerySet[M]:
    """Rows whose `position` is within reach_m of any place (lon, lat), and some up to 30 m more.

    One geometry of all places would be looked up by its bounding box, which is the whole country
    when the frames of two cities are fused together.
    """
    middles = [h3.cell_to_latlng(one) for one in {cell(*place, _COVER_RES) for place in places}]
    if not middles:
        return model._default_manager.none()
    meta = model._meta
    sql = _SQL.format(key=meta.pk.column, table=meta.db_table)
    lats, lons = zip(*middles, strict=True)
    wanted = RawSQL(sql, (list(lons), list(lats), reach_m + _COVER_M))  # noqa: S611 - our own names
    return model._default_manager.filter(pk__in=wanted)
