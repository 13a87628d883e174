"""TileJSON 3.0: what a client must know to read and fade the tiles."""

from html import escape
from typing import Any

from hazardmap.core.grid import SINGLE_HAZARDS_FROM_ZOOM
from hazardmap.core.kinds import KINDS, SEVERITY_LABELS
from tiles.cells import EPOCH, TIME_UNIT
from tiles.mercator import MAX_LAT_DEG, degrees_at
from tiles.points import COUNT_LIMIT
from tiles.roads import MIN_ZOOM as ROADS_MIN_ZOOM
from tiles.statement import rows

WORLD = [-180.0, -MAX_LAT_DEG, 180.0, MAX_LAT_DEG]
OSM = "© OpenStreetMap contributors"

POINT_FIELDS = {
    "id": "public id of the hazard (UUID)",
    "kind": "what it is",
    "group": "construction, obstacle or wildlife",
    "p": "probability at t; now it is p · 2^(−(now − t) / half_life)",
    "t": "reference time of p, Unix seconds",
    "half_life": "seconds in which the probability halves",
    "severity": ", ".join(f"{level} {words}" for level, words in SEVERITY_LABELS.items()),
    "radius_m": "95 % radius of the position, metres",
    "first_seen": "Unix seconds",
    "last_seen": "Unix seconds",
    "passes": f"passes that reported it; {COUNT_LIMIT} says: or more",
    "witnesses": f"independent contributors that reported it; {COUNT_LIMIT} says: or more",
    "published": "probable, and reported by two contributors or confirmed",
    "confirmed": "confirmed by a moderator",
    "simulated": "rests on rendered or restaged frames",
    "state": "candidate, active or fading",
}


def hazards_json(template: str) -> dict[str, Any]:
    """TileJSON of the hazards; `template` is the absolute address with {z}, {x} and {y}."""
    cells = {
        kind: f"q; 2^(q/16) − 1 is the expected number of: {KINDS[kind].label}" for kind in KINDS
    }
    return {
        "tilejson": "3.0.0",
        "name": "hazardmap hazards",
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": 16,
        "bounds": _bounds(),
        "attribution": escape("hazardmap contributors"),
        "vector_layers": [
            {
                "id": "cells",
                "description": "H3 cells; the feature id is the H3 index >> 9",
                "minzoom": 0,
                "maxzoom": SINGLE_HAZARDS_FROM_ZOOM - 1,
                "fields": cells
                | {
                    "t0": "reference time, low byte",
                    "t1": "high byte; of the times that share both, the one nearest to now",
                },
            },
            {
                "id": "hazards",
                "description": "single hazards",
                "minzoom": SINGLE_HAZARDS_FROM_ZOOM,
                "maxzoom": 16,
                "fields": POINT_FIELDS,
            },
            {
                "id": "truncated",
                "description": "one point, where a tile would be too large with all that is in it",
                "minzoom": 0,
                "maxzoom": 16,
                "fields": {
                    "shown": "cells or hazards in this tile, the fullest or gravest",
                    "left_out": "cells or hazards that are not in this tile",
                },
            },
        ],
        "epoch": EPOCH.isoformat(),
        "time_unit_s": int(TIME_UNIT.total_seconds()),
        "half_lives": {kind.name: kind.half_life_s for kind in KINDS.values()},
    }


def _bounds() -> list[float]:
    """West, south, east and north of the live hazards; the world where there are none."""
    [(west, north, east, south)] = rows("bounds")
    if west is None:
        return WORLD
    # The units beside the outermost ones lie beyond whatever has been rounded down.
    return [*degrees_at(west, south + 1), *degrees_at(east + 1, north)]


def roads_json(template: str) -> dict[str, Any]:
    """TileJSON of the streets."""
    return {
        "tilejson": "3.0.0",
        "name": "hazardmap roads",
        "version": "1.0.0",
        "tiles": [template],
        "minzoom": ROADS_MIN_ZOOM,
        "maxzoom": 15,
        "bounds": WORLD,
        "attribution": escape(OSM),
        "vector_layers": [
            {
                "id": "roads",
                "fields": {"name": "name of the street", "highway": "OpenStreetMap's class"},
            }
        ],
    }
