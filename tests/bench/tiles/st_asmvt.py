"""The usual way beside ours: the same cells as polygons with columns, encoded by ST_AsMVT."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import h3.api.basic_int as h3
from django.db import connection
from psycopg import Cursor

from hazardmap.core.geometry.grid import feature_id, res_for_zoom
from hazardmap.core.kinds import KINDS
from hazardmap.hazards.cell_selectors import cells_of
from tiles.cells import KEYS, Told
from tiles.mercator import Tile
from tiles.prepared import read

_KINDS = tuple(KINDS)
_COUNTS = ", ".join(f'"{kind}"' for kind in _KINDS)
_BYTES = ", ".join(f'"q_{key}" AS "{key}"' for key in KEYS)
_TILE = """
    WITH shown AS (
        SELECT id, ST_AsMVTGeom(outline, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true)
            AS geometry, {columns}
        FROM bench_cell
        WHERE res = %(res)s AND outline && ST_TileEnvelope(
            %(z)s, %(x)s, %(y)s, margin => 64.0 / 4096
        )
    )
    SELECT ST_AsMVT(shown, 'cells', 4096, 'geometry', 'id') FROM shown WHERE geometry IS NOT NULL
"""
_TILE_OF_COUNTS = _TILE.format(columns=f"t_ref, {_COUNTS}")
_TILE_OF_BYTES = _TILE.format(columns=_BYTES)


def fill() -> None:
    """The table of cells: what the map says of those that our tiles draw, and what these say."""
    with connection.cursor() as cursor:
        counts = ", ".join(f'"{kind}" float8' for kind in _KINDS)
        told = ", ".join(f'"q_{key}" int' for key in KEYS)
        cursor.execute("DROP TABLE IF EXISTS bench_cell, loaded")
        cursor.execute(
            f"CREATE TEMP TABLE loaded (id bigint, res int, t_ref int, {counts}, {told}, ring text)"
        )
        cursor.execute("SELECT cell, units, tags FROM tiles_cell")
        cells = cursor.fetchall()
        for start in range(0, len(cells), 5000):
            loaded = list(_rows(cells[start : start + 5000]))
            with cursor.copy("COPY loaded FROM STDIN") as copy:
                for row in loaded:
                    copy.write_row(row)
        names = ", ".join(f'"q_{key}"' for key in KEYS)
        cursor.execute(
            f"CREATE TABLE bench_cell AS SELECT id, res, t_ref, {_COUNTS}, {names}, "  # noqa: S608 - our own names
            "ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(ring), 4326), 3857) AS outline FROM loaded"
        )
        cursor.execute("CREATE INDEX ON bench_cell USING gist (outline)")
        cursor.execute("CREATE INDEX ON bench_cell (res)")
        cursor.execute("DROP TABLE loaded")
        cursor.execute("VACUUM ANALYZE bench_cell")


def _rows(cells: Sequence[tuple[int, int, bytes]]) -> Iterator[tuple[Any, ...]]:
    states = cells_of(cell for cell, _, _ in cells)
    for cell, units, tags in cells:
        counts = states[cell].counts
        said = {"t0": units & 255, "t1": units >> 8 & 255, **Told.read(units, tags).counts}
        yield (
            *(feature_id(cell), h3.get_resolution(cell)),
            int(counts.t_ref.timestamp()) if counts.t_ref else None,
            *(counts.by_kind[k].expected if k in counts.by_kind else None for k in _KINDS),
            *(said.get(key) for key in KEYS),
            json.dumps(_polygon(cell)),
        )


def _polygon(cell: int) -> dict[str, object]:
    ring = [[lon, lat] for lat, lon in h3.cell_to_boundary(cell)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def theirs(tile: Tile) -> bytes:
    """The tile as PostGIS encodes it, with the columns of the table: expected counts and time."""
    return _encoded(_TILE_OF_COUNTS, tile)


def theirs_of_bytes(tile: Tile) -> bytes:
    """The same with our whole numbers in place of counts, and our two digits of time."""
    return _encoded(_TILE_OF_BYTES, tile)


def _encoded(statement: str, tile: Tile) -> bytes:
    place = {"z": tile.z, "x": tile.x, "y": tile.y, "res": res_for_zoom(tile.z)}
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        cursor.execute(statement, place, prepare=True, binary=True)
        [(body,)] = cursor.fetchall()
    return bytes(body)


def ours(tile: Tile) -> bytes:
    """The body of our tile."""
    [(_, _, body)] = read("cells", z=tile.z, x=tile.x, y=tile.y)
    return bytes(body)
