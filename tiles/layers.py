"""What a tile holds: from its address to its bytes, None where there is nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mapbox_vector_tile
from django.db import connection
from django.utils import timezone
from mapbox_vector_tile.encoder import on_invalid_geometry_make_valid

from hazardmap.core.grid import res_for_zoom
from hazardmap.hazards.selectors import fading_in, gravest_in
from tiles.cells import cell_features, reach_m
from tiles.mercator import Tile
from tiles.points import point_features, truncation_feature
from tiles.tilejson import ROADS_MIN_ZOOM, hazards_json, roads_json

# About 500 kB of tile; what does not fit is counted in the layer `truncated`.
MAX_POINTS = 4_000
ROADS_SQL = (Path(__file__).parent / "sql" / "roads.sql").read_text()


def hazards_tile(tile: Tile) -> bytes | None:
    """Cells below zoom 12 (layer `cells`), single hazards from there (layer `hazards`).

    Cells count every hazard. Single hazards are at most MAX_POINTS, the gravest; then the layer
    `truncated` says how many are left out.
    """
    res = res_for_zoom(tile.z)
    if res is not None:
        hazards = fading_in(tile.box_deg(reach_m(res)))
        return _encoded({"cells": cell_features(hazards, tile, res, timezone.now())}, tile)
    gravest, left_out = gravest_in(tile.box_deg(), limit=MAX_POINTS)
    layers = {"hazards": point_features(gravest, tile)}
    if left_out:
        layers["truncated"] = [truncation_feature(len(gravest), left_out, tile)]
    return _encoded(layers, tile)


def _encoded(layers: dict[str, list[dict[str, Any]]], tile: Tile) -> bytes | None:
    if not any(layers.values()):
        return None
    named = [{"name": name, "features": features} for name, features in layers.items()]
    # Rounded to the tile's grid, a sliver of a cell may cross itself.
    options = {
        "quantize_bounds": tile.bounds_m(),
        "extents": 4096,
        "on_invalid_geometry": on_invalid_geometry_make_valid,
    }
    return bytes(mapbox_vector_tile.encode(named, default_options=options))


def roads_tile(tile: Tile) -> bytes | None:
    """Streets of the background, from zoom 10."""
    if tile.z < ROADS_MIN_ZOOM:
        return None
    with connection.cursor() as cursor:
        cursor.execute(ROADS_SQL, {"z": tile.z, "x": tile.x, "y": tile.y})
        row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] else None


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. build: raw MVT of a tile, None where it is empty. describe: TileJSON of an address
    template. keep_s: how long a built tile is good, None: until it is forgotten."""

    name: str
    build: Callable[[Tile], bytes | None]
    describe: Callable[[str], dict[str, Any]]
    max_age_s: int
    keep_s: int | None


LAYERS: Mapping[str, Layer] = {
    layer.name: layer
    for layer in (
        Layer("hazards", hazards_tile, hazards_json, max_age_s=3, keep_s=3),
        Layer("roads", roads_tile, roads_json, max_age_s=3600, keep_s=86_400),
    )
}


def build(layer: str, tile: Tile) -> bytes | None:
    """Raw MVT of a tile, None where it is empty. Raises KeyError on an unknown layer."""
    return LAYERS[layer].build(tile)
