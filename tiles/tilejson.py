"""TileJSON 3.0: what a client must know to read and fade the tiles."""

from html import escape
from typing import Any

from hazardmap.core.geometry.grid import SINGLE_HAZARDS_FROM_ZOOM
from hazardmap.core.kinds import KINDS, SEVERITY_LABELS
from hazardmap.hazards.version_selectors import half_lives_s
from tiles import coverage, roads, workzones
from tiles.cells import EPOCH, TIME_UNIT
from tiles.mercator import MAX_LAT_DEG
from tiles.points import COUNT_LIMIT, EVERY_DEVICE_FROM_ZOOM

WORLD = [-180.0, -MAX_LAT_DEG, 180.0, MAX_LAT_DEG]
OURS = "hazardmap contributors"
OSM = "© OpenStreetMap contributors"
_CELL_ID = "the feature id is the H3 index >> 9"
Zooms = tuple[int, int]

POINT_FIELDS = {
    "id": "public id of the hazard (UUID)",
    "kind": "what it is",
    "group": "construction, obstacle or wildlife",
    "p": "probability at t; now it is p · 2^(−(now − t) / half_life)",
    "t": "reference time of p, Unix seconds, rounded down",
    "half_life": "seconds in which the probability halves",
    "severity": ", ".join(f"{level} {words}" for level, words in SEVERITY_LABELS.items()),
    "radius_m": "95 % radius of the position, metres",
    "first_seen": "Unix seconds, the beginning of its ten minutes",
    "last_seen": "Unix seconds, the beginning of its ten minutes",
    "passes": f"passes that reported it; {COUNT_LIMIT} says: or more",
    "witnesses": f"independent contributors that reported it; {COUNT_LIMIT} says: or more",
    "published": "probable, and reported by two contributors or confirmed",
    "confirmed": "confirmed by a moderator",
    "simulated": "rests on rendered or restaged frames",
    "state": "candidate, active or fading",
    "devices": f"of its kind in the row that it stands in, {COUNT_LIMIT} says: or more; below zoom "
    f"{EVERY_DEVICE_FROM_ZOOM} the surest of a row is drawn for all",
}


def hazards_json(template: str) -> dict[str, Any]:
    """TileJSON of the hazards; `template` is the absolute address with {z}, {x} and {y}."""
    counts = {
        kind: f"q; 2^(q/16) − 1 is the expected number of: {KINDS[kind].label}" for kind in KINDS
    }
    times = {
        "t0": "reference time, low byte",
        "t1": "high byte; of the times that share both, the one nearest to now",
    }
    below = SINGLE_HAZARDS_FROM_ZOOM - 1
    layers = [
        _layer("cells", f"H3 cells; {_CELL_ID}", (0, below), counts | times),
        _layer("hazards", "single hazards", (below + 1, 16), POINT_FIELDS),
        _truncated("the fullest cells or the gravest hazards", (0, 16)),
    ]
    described = _tilejson("hazards", template, (0, 16), layers)
    return described | {
        "epoch": EPOCH.isoformat(),
        "time_unit_s": int(TIME_UNIT.total_seconds()),
        "half_lives": half_lives_s(),
    }


def workzones_json(template: str) -> dict[str, Any]:
    """TileJSON of the work zones."""
    zooms = (workzones.MIN_ZOOM, 16)
    what = "work zones, as lines in the direction of travel"
    layers = [
        _layer("workzones", what, zooms, workzones.FIELDS),
        _truncated("the longest work zones", zooms, workzones.TRUNCATED),
    ]
    return _tilejson("work zones", template, zooms, layers)


def coverage_json(template: str) -> dict[str, Any]:
    """TileJSON of the coverage."""
    zooms = (coverage.MIN_ZOOM, 14)
    what = f"H3 cells where somebody has looked; {_CELL_ID}"
    layers = [_layer("coverage", what, zooms, coverage.FIELDS)]
    return _tilejson("coverage", template, zooms, layers)


def roads_json(template: str) -> dict[str, Any]:
    """TileJSON of the streets."""
    zooms = (roads.MIN_ZOOM, 15)
    fields = {"name": "name of the street", "highway": "OpenStreetMap's class"}
    layers = [
        _layer("roads", "streets", zooms, fields),
        _truncated("streets of the larger classes", zooms, roads.TRUNCATED),
    ]
    return _tilejson("roads", template, zooms, layers, attribution=OSM)


def _tilejson(
    name: str,
    template: str,
    zooms: Zooms,
    layers: list[dict[str, Any]],
    *,
    attribution: str = OURS,
) -> dict[str, Any]:
    return {
        "tilejson": "3.0.0",
        "name": f"hazardmap {name}",
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": zooms[0],
        "maxzoom": zooms[1],
        "bounds": WORLD,  # a client asks for nothing beyond, and tomorrow's hazards lie anywhere
        "attribution": escape(attribution),
        "vector_layers": layers,
    }


def _layer(name: str, what: str, zooms: Zooms, fields: dict[str, str]) -> dict[str, Any]:
    return {
        "id": name,
        "description": what,
        "minzoom": zooms[0],
        "maxzoom": zooms[1],
        "fields": fields,
    }


def _truncated(what: str, zooms: Zooms, name: str = "truncated") -> dict[str, Any]:
    """The layer that says what is missing."""
    fields = {"shown": f"in this tile: {what}", "left_out": "not in this tile"}
    where = "one point, where a tile would be too large with all that is there"
    return _layer(name, where, zooms, fields)
