"""Rows of work zones as the frozen dataclass of core, and back."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hazardmap.core.derived.workzone import Place, WorkZone
from hazardmap.hazards import zone_models
from hazardmap.platform.rows_put import Row

_TIMES = ("t_ref", "started_at", "last_seen", "ended_at")
_SAME = ("kinds", "length_m", "bearing_deg", "p", "half_life_s", "simulated")


def zone_of(row: zone_models.Zone) -> WorkZone:
    return WorkZone(
        id=row.id,
        line=tuple((round(math.remainder(lon, 360.0), 7), lat) for lon, lat in row.line.coords),
        hazard_ids=tuple(row.hazard_ids),
        merged_into=row.merged_into,
        **{name: getattr(row, name) for name in (*_SAME, *_TIMES)},
    )


def zone_row(zone: WorkZone, *, updated_at: datetime) -> Row:
    """As rows_put takes it."""
    places = ",".join(f"{lon!r} {lat!r}" for lon, lat in _running_on(zone.line))
    return zone_json(zone) | {
        "line": f"SRID=4326;LINESTRING({places})",
        "updated_at": updated_at,
    }


def zone_json(zone: WorkZone) -> Row:
    """A work zone as its feed keeps it."""
    times = {name: getattr(zone, name) for name in _TIMES}
    return {
        "id": str(zone.id),
        "line": zone.line,
        "hazard_ids": [str(id_) for id_ in zone.hazard_ids],
        "merged_into": zone.merged_into and str(zone.merged_into),
        **{name: getattr(zone, name) for name in _SAME},
        **{name: at and at.isoformat() for name, at in times.items()},
    }


def zone_from_json(values: Mapping[str, Any]) -> WorkZone:
    times = {name: values[name] and datetime.fromisoformat(values[name]) for name in _TIMES}
    same: dict[str, Any] = {name: values[name] for name in _SAME}
    return WorkZone(
        id=UUID(values["id"]),
        line=tuple((lon, lat) for lon, lat in values["line"]),
        hazard_ids=tuple(map(UUID, values["hazard_ids"])),
        merged_into=values["merged_into"] and UUID(values["merged_into"]),
        **same | times,
    )


def _running_on(line: Iterable[Place]) -> list[Place]:
    """The line with longitudes that run on beyond ±180, so that neighbours stay close."""
    result: list[Place] = []
    for lon, lat in line:
        before = result[-1][0] if result else lon
        turns = round((before - lon) / 360.0)
        result.append((lon + 360.0 * turns, lat))
    return result
