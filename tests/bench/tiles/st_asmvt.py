"""The usual way beside ours: the same cells as polygons with columns, encoded by ST_AsMVT."""

import json

import h3.api.basic_int as h3
from django.db import connection

from hazardmap.core.grid import feature_id, res_for_zoom
from tiles.cells import KEYS, Told
from tiles.mercator import Tile
from tiles.statement import rows

_COLUMNS = ", ".join(f'"{key}"' for key in KEYS)
_TILE = f"""
    WITH shown AS (
        SELECT id, ST_AsMVTGeom(outline, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true)
            AS geometry, {_COLUMNS}
        FROM bench_cell
        WHERE res = %(res)s AND outline && ST_TileEnvelope(
            %(z)s, %(x)s, %(y)s, margin => 64.0 / 4096
        )
    )
    SELECT ST_AsMVT(shown, 'cells', 4096, 'geometry', 'id') FROM shown WHERE geometry IS NOT NULL
"""  # noqa: S608 - columns of our own


def fill() -> None:
    """The table of cells, from what our tiles say."""
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{key}" int' for key in KEYS)
        cursor.execute("DROP TABLE IF EXISTS bench_cell")
        cursor.execute(
            f"CREATE TABLE bench_cell (id bigint, res smallint, {columns}, "
            "outline geometry(Polygon, 3857))"
        )
        cursor.execute("SELECT cell, units, tags FROM tiles_cell")
        cells = cursor.fetchall()
        cursor.execute(f"CREATE TEMP TABLE loaded (id bigint, res int, {columns}, ring text)")
        with cursor.copy(f"COPY loaded (id, res, {_COLUMNS}, ring) FROM STDIN") as copy:
            for cell, units, tags in cells:
                said = Told.read(units, tags)
                values = {"t0": units & 255, "t1": units >> 8 & 255, **said.counts}
                copy.write_row(
                    (
                        feature_id(cell),
                        h3.get_resolution(cell),
                        *(values.get(key) for key in KEYS),
                        json.dumps(_polygon(cell)),
                    )
                )
        cursor.execute(
            f"INSERT INTO bench_cell SELECT id, res, {_COLUMNS}, "  # noqa: S608 - our own
            "ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(ring), 4326), 3857) FROM loaded"
        )
        cursor.execute("CREATE INDEX ON bench_cell USING gist (outline)")
        cursor.execute("CREATE INDEX ON bench_cell (res)")
        cursor.execute("DROP TABLE loaded")
        cursor.execute("VACUUM ANALYZE bench_cell")


def _polygon(cell: int) -> dict[str, object]:
    ring = [[lon, lat] for lat, lon in h3.cell_to_boundary(cell)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def theirs(tile: Tile) -> bytes:
    """The tile as PostGIS encodes it."""
    with connection.cursor() as cursor:
        place = {"z": tile.z, "x": tile.x, "y": tile.y, "res": res_for_zoom(tile.z)}
        cursor.execute(_TILE, place)
        return bytes(cursor.fetchone()[0])


def ours(tile: Tile) -> bytes:
    """The body of our tile."""
    [(_, _, body)] = rows("cells", z=tile.z, x=tile.x, y=tile.y)
    return bytes(body)
