"""Low zooms: how many hazards to expect in each H3 cell, as one feature per cell."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import h3.api.basic_int as h3
from shapely import Polygon
from shapely.affinity import translate
from shapely.geometry import box

from hazardmap.core.decay import probability_at
from hazardmap.core.grid import cell, feature_id, quantised
from hazardmap.core.hazard import Hazard
from tiles.mercator import HALF_WORLD_M, Tile, to_metres

EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
TIME_UNIT: Final = timedelta(minutes=10)
BUFFER_SHARE: Final = 64 / 4096


def margin_m(res: int) -> float:
    """How far a hazard may lie outside a tile and still count in a cell that the tile shows.

    The longest diameter of a cell, in Mercator metres at 60° of latitude (where these are half
    as long): further north a cell may miss hazards beyond the tile's edge.
    """
    return 2 * 2 * 1.4 * float(h3.average_hexagon_edge_length(res, unit="m"))


def cell_features(
    hazards: Iterable[Hazard], tile: Tile, res: int, now: datetime
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
        for shape in _shapes(h3_cell, tile)
    ]


def _expected(
    hazards: Iterable[Hazard], res: int, at: datetime
) -> Mapping[int, Mapping[str, float]]:
    """The sum of probabilities per cell and kind."""
    cells: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for hazard in hazards:
        p = probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, at)
        cells[cell(hazard.lon, hazard.lat, res)][hazard.kind] += p
    return cells


def _shapes(h3_cell: int, tile: Tile) -> Iterator[Polygon]:
    """The cell's part in the tile. A cell across the antimeridian is drawn on both sides."""
    ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(h3_cell)]
    if max(lon for lon, _ in ring) - min(lon for lon, _ in ring) > 180:
        ring = [(lon + 360 if lon < 0 else lon, lat) for lon, lat in ring]
    outline = Polygon([to_metres(lon, lat) for lon, lat in ring])
    west, south, east, north = tile.bounds_m()
    buffer_m = (east - west) * BUFFER_SHARE
    window = box(west - buffer_m, south - buffer_m, east + buffer_m, north + buffer_m)
    for turn in (0.0, -2 * HALF_WORLD_M):
        part = translate(outline, xoff=turn).intersection(window)
        if isinstance(part, Polygon) and not part.is_empty:
            yield part
