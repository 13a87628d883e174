"""A cell of H3 as a geometry of GeoJSON."""

from typing import Any

import shapely

from hazardmap.core.geometry.area import Cell
from hazardmap.core.geometry.region import read_region


def outline(cell: int) -> dict[str, Any]:
    """Its outline against the clock; cut at the antimeridian where it crosses it."""
    ring = [[round(lon, 7), round(lat, 7)] for lon, lat in Cell(cell).outline()]
    plain = {"type": "Polygon", "coordinates": [ring]}
    lons = [lon for lon, _ in ring]
    if max(lons) - min(lons) <= 180.0:
        return plain
    try:
        cut = shapely.from_wkb(read_region(plain).wkb)
    except ValueError:  # around a pole
        return plain
    halves = shapely.get_parts(cut)
    parts = [[shapely.get_coordinates(half).tolist()] for half in halves]
    return {"type": "MultiPolygon", "coordinates": parts}
