"""The layer of work zones: each a line in the direction of travel."""

from typing import Final

from hazardmap.core.answers.public import public_zone
from hazardmap.core.derived.workzone import WorkZone
from hazardmap.hazards.zone_selectors import zone_changes_since, zones_page, zones_until
from tiles import mvt
from tiles.mercator import Tile
from tiles.strokes import stroke, tiles_with
from tiles.writer import Value, Writer, truncated

MIN_ZOOM: Final = 8
MOST_SHOWN: Final = 1000
TRUNCATED: Final = "truncated_workzones"
"""No name occurs twice where layers are put together into one tile (tiles.export)."""
FIELDS: Final = {
    "id": "public id of the work zone (UUID)",
    "p": "probability at t; now it is p · 2^(−(now − t) / half_life)",
    "t": "reference time of p, Unix seconds, rounded down",
    "half_life": "seconds in which the probability halves",
    "kind": "always work_zone",
    "severity": "of its gravest device, as in the layer of hazards",
    "devices": "cones, signs, machines and workers along it",
    "length_m": "metres along the road",
    "bearing_deg": "from its beginning to its end, 0 to 360",
    "first_seen": "Unix seconds, the beginning of its ten minutes",
    "last_seen": "Unix seconds, the beginning of its ten minutes",
    "simulated": "rests on rendered or restaged frames",
}


def workzones_tile(tile: Tile) -> bytes | None:
    """Layer `workzones` from zoom 8; where there are very many, the longest and TRUNCATED."""
    if tile.z < MIN_ZOOM:
        return None
    # No more than this many are read, so that a tile costs what a tile may cost.
    states = zones_page(tile.box_deg(), limit=2 * MOST_SHOWN)
    zones = sorted((state.zone for state in states), key=lambda zone: -zone.length_m)
    drawn = [(zone, geometry) for zone in zones if (geometry := stroke(zone.line, tile))]
    writer = Writer("workzones")
    for zone, geometry in drawn[:MOST_SHOWN]:
        writer.add(zone.id.int, _properties(zone), mvt.Shape.LINES, geometry)
    left_out = len(drawn) - MOST_SHOWN
    missing = truncated(MOST_SHOWN, left_out, TRUNCATED) if left_out > 0 else b""
    return writer.layer() + missing or None


def touched_since(cursor: int, *, limit: int) -> tuple[set[Tile], int]:
    """The tiles that draw a work zone as it was or as it became after this cursor; the new one."""
    events = zone_changes_since(cursor, limit=limit)
    after = [event.zone for event in events]
    before = zones_until(cursor, {zone.id for zone in after})
    lines = {zone.line for zone in (*before, *after)}
    tiles = {tile for line in lines for tile in tiles_with(line, MIN_ZOOM)}
    return tiles, events[-1].cursor if events else cursor


def _properties(zone: WorkZone) -> dict[str, Value]:
    zone = public_zone(zone)
    return {
        "id": str(zone.id),
        "p": round(zone.p, 4),
        "t": int(zone.t_ref.timestamp()),
        "half_life": int(zone.half_life_s),
        "kind": "work_zone",
        "severity": zone.severity,
        "devices": len(zone.hazard_ids),
        "length_m": round(zone.length_m, 1),
        "bearing_deg": round(zone.bearing_deg, 1),
        "first_seen": int(zone.started_at.timestamp()),
        "last_seen": int(zone.last_seen.timestamp()),
        "simulated": zone.simulated,
    }
