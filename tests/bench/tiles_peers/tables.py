"""What the peers read: the cells and hazards that our tiles show, in tables made for them.

A table for each H3 resolution, and one of the hazards for the zooms from which we draw them, so
that nobody has to look for what a zoom shows; our whole numbers, which are shorter than counts.
"""

from collections.abc import Mapping
from typing import Final

from django.db import connection

from hazardmap.core.geometry.grid import SINGLE_HAZARDS_FROM_ZOOM, res_for_zoom
from tiles.cells import KEYS
from tiles.points import EVERY_DEVICE_FROM_ZOOM

CELL_ZOOMS: Final = (6, 7, 8, 9, 10, 11)
HAZARD_ZOOMS: Final = (12, 13, 14, 15, 16)
_CELLS: Final = [key.replace("-", "_") for key in KEYS]
_HAZARD: Final = (
    *("public_id", "kind", "p", "t", "half_life", "severity", "radius_m", "first_seen"),
    *(
        "last_seen",
        "passes",
        "witnesses",
        "published",
        "confirmed",
        "simulated",
        "state",
        "devices",
    ),
)


def fill() -> Mapping[str, list[str]]:
    """Make the tables from `bench_cell` and the map; their columns beside `id` and `geom`."""
    tables: dict[str, list[str]] = {}
    for res in sorted({res_for_zoom(zoom) for zoom in CELL_ZOOMS} - {None}):
        columns = ", ".join(
            f'"q_{key}" AS "{name}"' for key, name in zip(KEYS, _CELLS, strict=True)
        )
        _make(
            f"peer_cell_{res}",
            f"SELECT id, {columns}, outline::geometry(Polygon, 3857) AS geom "  # noqa: S608 - our own names
            f"FROM bench_cell WHERE res = {res}",
        )
        tables[f"peer_cell_{res}"] = _CELLS
    for zoom in (SINGLE_HAZARDS_FROM_ZOOM, EVERY_DEVICE_FROM_ZOOM):
        _make(
            f"peer_hazard_{zoom}",
            "SELECT row_number() OVER (ORDER BY hazard.id) AS id, hazard.id::text AS public_id, "  # noqa: S608 - as above
            "kind, p::real, extract(epoch FROM t_ref)::bigint AS t, half_life_s::bigint AS "
            "half_life, hazard.severity, radius_m::real, extract(epoch FROM first_seen)::bigint AS "
            "first_seen, extract(epoch FROM last_seen)::bigint AS last_seen, passes, witnesses, "
            "published, confirmed, simulated, state, devices, "
            "ST_Transform(position::geometry, 3857)::geometry(Point, 3857) AS geom "
            "FROM hazards_hazard AS hazard JOIN tiles_hazardfeature AS feature "
            f"ON feature.hazard_id = hazard.id WHERE from_zoom <= {zoom}",
        )
        tables[f"peer_hazard_{zoom}"] = list(_HAZARD)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return tables


def table_of(zoom: int) -> str:
    """Which of them shows what our tile shows."""
    res = res_for_zoom(zoom)
    if res is not None:
        return f"peer_cell_{res}"
    every = zoom >= EVERY_DEVICE_FROM_ZOOM
    return f"peer_hazard_{EVERY_DEVICE_FROM_ZOOM if every else SINGLE_HAZARDS_FROM_ZOOM}"


def _make(name: str, select: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TABLE {name} AS {select}")
        cursor.execute(f"ALTER TABLE {name} ADD PRIMARY KEY (id)")
        cursor.execute(f"CREATE INDEX ON {name} USING gist (geom)")
