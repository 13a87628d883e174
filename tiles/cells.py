"""Low zooms: how many hazards to expect in each H3 cell, as one feature per cell."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from math import fsum
from typing import Any, Final

import h3.api.basic_int as h3
from shapely import MultiPolygon, Polygon, get_parts
from shapely.affinity import translate
from shapely.geometry import box

from hazardmap.core.decay import probability_at
from hazardmap.core.grid import cell, feature_id, quantised
from hazardmap.hazards.selectors import Fading
from tiles.mercator import HALF_WORLD_M, Tile, to_metres

EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
TIME_UNIT: Final = timedelta(minutes=10)


def reach_m(res: int) -> float:
    """How far a hazard may lie outside what a tile draws and still count in a cell drawn there.

    The longest diameter of a cell of this resolution, in metres on the ground.
    """
    return 2 * 1.4 * float(h3.average_hexagon_edge_length(res, unit="m"))


def cell_features(
    hazards: Iterable[Fading], tile: Tile, res: int, now: datetime
) -> list[dict[str, Any]]:
    """Features for the cells of resolution `res` that touch the tile, in Mercator metres.

    Properties: one key per kind with its quantised expected count at the reference time, and that
    time as two base-256 digits `t0` (low) and `t1` of 10-minute units since 2026-01-01 UTC.
    """
    units = (now - EPOCH) // TIME_UNIT
    at = EPOCH + units * TIME_UNIT
    stamp = {"t0": units & 0xFF, "t1": units >> 8 & 0xFF}
    return [
        {
            "id": feature_id(h3_cell),
            "geometry": shape,
            "properties": {kind: quantised(count) for kind, count in counts.items()} | stamp,
        }
        for h3_cell, counts in sorted(_expected(hazards, res, at).items())
        if not (shape := _shape(h3_cell, tile)).is_empty
    ]


def _expected(
    hazards: Iterable[Fading], res: int, at: datetime
) -> Mapping[int, Mapping[str, float]]:
    """The sum of probabilities per cell and kind."""
    cells: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for hazard in hazards:
        p = probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, at)
        cells[cell(hazard.lon, hazard.lat, res)][hazard.kind].append(p)
    # fsum, so that the order in which the hazards come does not show in two tiles' counts.
    return {key: {kind: fsum(ps) for kind, ps in kinds.items()} for key, kinds in cells.items()}


def _shape(h3_cell: int, tile: Tile) -> MultiPolygon:
    """The cell's part in the tile, on both sides where it crosses the antimeridian."""
    ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(h3_cell)]
    if max(lon for lon, _ in ring) - min(lon for lon, _ in ring) > 180:
        ring = [(lon + 360 if lon < 0 else lon, lat) for lon, lat in ring]
    outline = Polygon([to_metres(lon, lat) for lon, lat in ring])
    if not outline.is_valid or outline.area == 0.0:
        return MultiPolygon()  # around a pole, beyond the edge of a Mercator map
    window = box(*tile.drawn_m())
    parts = [
        part
        for turn in (-1, 0, 1)
        for part in get_parts(translate(outline, xoff=turn * 2 * HALF_WORLD_M).intersection(window))
        if isinstance(part, Polygon)
    ]
    return MultiPolygon(parts)
