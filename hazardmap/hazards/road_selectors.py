"""Reads: the streets of the background map."""

from math import cos, radians
from typing import NamedTuple

from hazardmap.core.geometry.bbox import Bbox
from hazardmap.hazards.road_models import Road
from hazardmap.platform.rows_read import rows_read

MOST_PIECES = 2000
_NEAR_M = 30.0
APART = 10_000
"""In units of Mercator's plane: metres at the equator, fewer elsewhere."""
_STREETS = """
    WITH found AS (
        SELECT name, line FROM hazards_road WHERE upper(name) LIKE %s LIMIT %s
    ), pieces AS (
        SELECT name, line, ST_ClusterDBSCAN(line, %s, 1) OVER (PARTITION BY name) AS part
        FROM found
    ), streets AS (
        SELECT name, ST_Extent(ST_Transform(line, 4326)) AS box FROM pieces GROUP BY name, part
    )
    SELECT name, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM streets
    ORDER BY length(name), name, ST_XMin(box) LIMIT %s
"""


class Street(NamedTuple):
    """All pieces of one name that lie near to each other. bbox: in degrees."""

    name: str
    bbox: Bbox


def streets_named(beginning: str, *, limit: int) -> list[Street]:
    """Streets whose names begin so, whatever the case, the shortest names first.

    Pieces of one name that are more than APART apart are several streets.
    """
    pattern = beginning.upper().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    rows = rows_read(_STREETS, [pattern, MOST_PIECES, APART, limit])
    return [Street(name, (west, south, east, north)) for name, west, south, east, north in rows]


def road_near(lon: float, lat: float) -> str:
    """The name of the nearest named street of the background map; empty where none is near."""
    found = rows_read(
        "SELECT name FROM hazards_road, "
        "ST_Transform(ST_SetSRID(ST_MakePoint(%s, %s), 4326), 3857) AS here "
        "WHERE name <> '' AND line && ST_Expand(here, %s) ORDER BY line <-> here, osm_id LIMIT 1",
        # A metre of Mercator's plane is shorter on the ground the farther from the equator.
        [lon, lat, _NEAR_M / max(cos(radians(lat)), 0.05)],
    )
    return str(found[0][0]) if found else ""


def has_roads() -> bool:
    return Road.objects.exists()
