"""Reads: the streets of the background map."""

from typing import NamedTuple

from django.db import connection

from hazardmap.core.geometry.bbox import Bbox

MOST_PIECES = 2000
APART = 10_000
"""In units of Mercator's plane: metres at the equator, fewer elsewhere."""


class Street(NamedTuple):
    """All pieces of one name that lie near to each other. bbox: in degrees."""

    name: str
    bbox: Bbox


def streets_named(beginning: str, *, limit: int) -> list[Street]:
    """Streets whose names begin so, whatever the case, the shortest names first.

    Pieces of one name that are more than APART apart are several streets.
    """
    pattern = beginning.upper().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH found AS ("
            "SELECT name, line FROM hazards_road WHERE upper(name) LIKE %s LIMIT %s"
            "), pieces AS ("
            "SELECT name, line, ST_ClusterDBSCAN(line, %s, 1) OVER (PARTITION BY name) AS part "
            "FROM found"
            "), streets AS ("
            "SELECT name, ST_Extent(ST_Transform(line, 4326)) AS box FROM pieces "
            "GROUP BY name, part"
            ") SELECT name, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box) FROM streets "
            "ORDER BY length(name), name, ST_XMin(box) LIMIT %s",
            [pattern, MOST_PIECES, APART, limit],
        )
        return [
            Street(name, (west, south, east, north))
            for name, west, south, east, north in cursor.fetchall()
        ]
