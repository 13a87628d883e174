"""High zooms: one feature per hazard, with everything that a client needs to show and fade it."""

from collections.abc import Iterable
from typing import Any

from shapely import Point

from hazardmap.core.hazard import Hazard
from hazardmap.core.kinds import KINDS
from tiles.mercator import Tile, to_metres

FEATURE_ID_MASK = (1 << 53) - 1


def point_features(hazards: Iterable[Hazard], tile: Tile) -> list[dict[str, Any]]:
    """Features in Mercator metres; the feature id is the last 53 bits of the hazard's id.

    What lies beyond the antimeridian, in the tile's buffer, is put on the tile's side of it.
    """
    return [
        {
            "id": hazard.id.int & FEATURE_ID_MASK,
            "geometry": _point(hazard, tile),
            "properties": {
                "id": str(hazard.id),
                "kind": hazard.kind,
                "group": KINDS[hazard.kind].group.value,
                "p": round(hazard.p, 4),
                "t": int(hazard.t_ref.timestamp()),
                "half_life": int(hazard.half_life_s),
                "severity": hazard.severity,
                "radius_m": round(hazard.radius_m, 1),
                "first_seen": int(hazard.first_seen.timestamp()),
                "last_seen": int(hazard.last_seen.timestamp()),
                "passes": hazard.passes,
                "witnesses": hazard.witnesses,
                "published": hazard.published,
                "confirmed": hazard.confirmed,
                "simulated": hazard.simulated,
                "state": hazard.state.value,
            },
        }
        for hazard in hazards
    ]


def truncation_feature(shown: int, left_out: int, tile: Tile) -> dict[str, Any]:
    """One point in the middle of the tile that says how many hazards it holds and does not hold."""
    west, south, east, north = tile.bounds_m()
    return {
        "id": 1,
        "geometry": Point((west + east) / 2, (south + north) / 2),
        "properties": {"shown": shown, "left_out": left_out},
    }


def _point(hazard: Hazard, tile: Tile) -> Point:
    x_m, y_m = to_metres(hazard.lon, hazard.lat)
    return Point(x_m + tile.nearest_turn_m(x_m), y_m)
