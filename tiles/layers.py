"""What a tile holds: from its address to its bytes, None where there is nothing."""

from pathlib import Path

import mapbox_vector_tile
from django.db import connection
from django.utils import timezone

from hazardmap.core.grid import res_for_zoom
from hazardmap.hazards.selectors import hazards_in
from tiles.cells import BUFFER_SHARE, cell_features, margin_m
from tiles.mercator import Tile
from tiles.points import point_features

MAX_HAZARDS = 20_000
ROADS_SQL = (Path(__file__).parent / "sql" / "roads.sql").read_text()
ROADS_MIN_ZOOM = 10


def hazards_tile(tile: Tile) -> bytes | None:
    """Cells below zoom 12 (layer `cells`), single hazards from there (layer `hazards`)."""
    res = res_for_zoom(tile.z)
    west, _, east, _ = tile.bounds_m()
    buffer_m = (east - west) * BUFFER_SHARE if res is None else margin_m(res)
    hazards = hazards_in(_wrapped(tile.bounds_deg(buffer_m)), limit=MAX_HAZARDS)
    if res is None:
        name, features = "hazards", point_features(hazards)
    else:
        name, features = "cells", cell_features(hazards, tile, res, timezone.now())
    if not features:
        return None
    layer = {"name": name, "features": features}
    options = {"quantize_bounds": tile.bounds_m(), "extents": 4096}
    return bytes(mapbox_vector_tile.encode([layer], default_options=options))


def roads_tile(tile: Tile) -> bytes | None:
    """Streets of the background, from zoom 10."""
    if tile.z < ROADS_MIN_ZOOM:
        return None
    with connection.cursor() as cursor:
        cursor.execute(ROADS_SQL, {"z": tile.z, "x": tile.x, "y": tile.y})
        row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] else None


def _wrapped(
    bounds: tuple[float, float, float, float],
) -> tuple[float, float, float, float]:
    """Bounds whose sides lie within ±180; west > east says that they cross the antimeridian."""
    west, south, east, north = bounds
    if east - west >= 360:
        return -180.0, south, 180.0, north
    return (west + 180) % 360 - 180, south, east if east <= 180 else east - 360, north
