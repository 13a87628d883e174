"""A work zone as a Feature of GeoJSON (RFC 7946)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from hazardmap.core.answers.feature import timestamp
from hazardmap.core.decay import probability_at
from hazardmap.core.derived.workzone import Place, WorkZone

SURELY = 0.95


def zone_feature(zone: WorkZone, updated_at: datetime, now: datetime) -> dict[str, Any]:
    """A work zone as of `now`; its end is an estimate until it has come."""
    over = zone.ended_at is not None
    properties = {
        "probability": 0.0 if over else probability_at(zone.p, zone.t_ref, zone.half_life_s, now),
        "p": zone.p,
        "t": timestamp(zone.t_ref),
        "half_life_s": zone.half_life_s,
        "severity": zone.severity,
        "kinds": dict(zone.kinds),
        "devices": [str(id_) for id_ in zone.hazard_ids],
        "length_m": round(zone.length_m, 1),
        "bearing_deg": round(zone.bearing_deg, 1),
        "started_at": timestamp(zone.started_at),
        "last_seen": timestamp(zone.last_seen),
        "ends_at": timestamp(zone.ended_at or zone.ends_by(0.5)),
        "ends_earliest": timestamp(zone.ended_at or zone.ends_by(1.0 - SURELY)),
        "ends_latest": timestamp(zone.ended_at or zone.ends_by(SURELY)),
        "ended_at": zone.ended_at and timestamp(zone.ended_at),
        "merged_into": zone.merged_into and str(zone.merged_into),
        "updated_at": timestamp(updated_at),
        "simulated": zone.simulated,
    }
    return {
        "type": "Feature",
        "id": str(zone.id),
        "geometry": line_geometry(zone.line),
        "properties": properties,
    }


def line_geometry(line: Sequence[Place]) -> dict[str, Any]:
    """A LineString; cut in two at the antimeridian where it crosses it (RFC 7946, 3.1.9)."""
    lines = [[list(place) for place in part] for part in line_parts(line)]
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def line_parts(line: Sequence[Place]) -> list[list[Place]]:
    """What of a line lies on one side of the antimeridian, part by part in its order."""
    parts: list[list[Place]] = [[line[0]]]
    for (lon, lat), (to_lon, to_lat) in pairwise(line):
        if abs(to_lon - lon) > 180.0:
            side = 180.0 if lon > 0.0 else -180.0
            step = (to_lon - lon + 540.0) % 360.0 - 180.0
            at = lat + (to_lat - lat) * ((side - lon) / step if step else 0.0)
            parts[-1].append((side, at))
            parts.append([(-side, at)])
        parts[-1].append((to_lon, to_lat))
    return [part for part in parts if len(set(part)) > 1]
