"""Hazards put straight onto the map, and a buyer who asks for them."""

import math
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import h3.api.basic_int as h3
from django.contrib.gis.geos import Point
from django.utils import timezone

from hazardmap.accounts.services import NewKey, key_create, organisation_create
from hazardmap.core.derived.workzone import WorkZone, ZoneChange
from hazardmap.core.fusion.hazard import Hazard, State
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.geometry.geodesy import between, moved
from hazardmap.hazards import models
from hazardmap.hazards.mapping import hazard_json, hazard_of
from hazardmap.hazards.services import cells_rebuild
from hazardmap.hazards.zone_mapping import zone_json, zone_row
from hazardmap.hazards.zone_models import Zone, ZoneEvent
from hazardmap.platform.ids import new_id
from hazardmap.platform.rows_put import rows_put
from tiles.rebuild import rebuild


def put_hazard(lon: float, lat: float, kind: str = "cow", **over: Any) -> UUID:
    """A live, published hazard at a place; `over` changes its other values."""
    hazard = made_up(lon, lat, kind, **over)
    hazard_row(hazard).save(force_insert=True)
    return hazard.id


def hazard_row(hazard: Hazard) -> models.Hazard:
    """The row of a hazard, not saved."""
    values = asdict(hazard)
    lon, lat = values.pop("lon"), values.pop("lat")
    return models.Hazard(**values, position=Point(lon, lat), cell=looked_cell(lon, lat))


def made_up(lon: float, lat: float, kind: str = "cow", **over: Any) -> Hazard:
    """As `put_hazard` puts it onto the map."""
    now = timezone.now()
    values: dict[str, Any] = {
        "state": State.ACTIVE,
        "p": 0.9,
        "t_ref": now,
        "half_life_s": 3600.0,
        "phantom": 0.01,
        "cov_ee_m2": 4.0,
        "cov_en_m2": 0.5,
        "cov_nn_m2": 4.0,
        "radius_m": 5.0,
        "severity": 2,
        "first_seen": now - timedelta(minutes=9),
        "last_seen": now,
        "passes": 2,
        "witnesses": 2,
        "published": True,
        "confirmed": False,
        "simulated": False,
        "expires_at": now + timedelta(hours=2),
    }
    return Hazard(**(values | {"id": new_id(), "kind": kind, "lon": lon, "lat": lat} | over))


def put_zone(*line: tuple[float, float], **over: Any) -> UUID:
    """A work zone along a line of two places or more; `over` changes its other values."""
    zone = made_up_zone(*line, **over)
    rows_put(Zone, [zone_row(zone, updated_at=timezone.now())], over=False)
    return zone.id


def made_up_zone(*line: tuple[float, float], **over: Any) -> WorkZone:
    """As `put_zone` puts it onto the map."""
    now = timezone.now()
    bearing_deg, length_m = between(*line[0], *line[-1])
    values: dict[str, Any] = {
        "id": new_id(),
        "line": line,
        "hazard_ids": tuple(new_id() for _ in range(3)),
        "kinds": {"cone": 3},
        "length_m": length_m,
        "bearing_deg": bearing_deg % 360.0,
        "p": 0.95,
        "t_ref": now,
        "half_life_s": 4 * 86_400.0,
        "started_at": now - timedelta(hours=5),
        "last_seen": now,
        "simulated": False,
    }
    return WorkZone(**(values | over))


def tell_zone(one: WorkZone, change: ZoneChange) -> None:
    """As zones_refresh does it."""
    rows_put(Zone, [zone_row(one, updated_at=timezone.now())], over=True)
    ZoneEvent.objects.create(change=change, zone_id=one.id, zone=zone_json(one))


def put_past(lon: float, lat: float, kind: str, *, from_h: float, to_h: float) -> UUID:
    """A hazard that was on the map from so many hours ago to so many, with both events."""
    now = timezone.now()
    begin, end = now - timedelta(hours=from_h), now - timedelta(hours=to_h)
    times = {"first_seen": begin, "last_seen": begin, "t_ref": begin, "expires_at": end}
    gone = made_up(lon, lat, kind, state=State.EXPIRED, **times)
    hazard_row(gone).save(force_insert=True)
    there = replace(gone, state=State.ACTIVE)
    for at, change, hazard in ((begin, "appeared", there), (end, "removed", gone)):
        models.HazardEvent.objects.create(
            at=at, change=change, hazard_id=hazard.id, hazard=hazard_json(hazard)
        )
    return gone.id


def looked_at(
    *places: tuple[float, float], ago: timedelta = timedelta(days=1), witness: int = 1
) -> set[str]:
    """Somebody has passed there and seen nothing; the cells, as they are named."""
    at = timezone.now() - ago
    hour = at.replace(minute=0, second=0, microsecond=0)
    cells = {h3.latlng_to_cell(lat, lon, 10) for lon, lat in places}
    models.Look.objects.bulk_create(
        [
            models.Look(cell=cell, witness=witness, hour=hour, last_at=at, told=True)
            for cell in sorted(cells)
        ]
    )
    return {f"{cell:x}" for cell in cells}


def buyer(name: str = "Fleet") -> NewKey:
    return key_create(organisation=organisation_create(name=name), name=f"{name}'s key")


def on_map(*places: tuple[float, float], **over: Any) -> list[Hazard]:
    """Cones at these places; `over` changes their other values."""
    values: dict[str, Any] = {"kind": "cone", "half_life_s": 86_400.0} | over
    ids = [put_hazard(lon, lat, **values) for lon, lat in places]
    found = {row.id: hazard_of(row) for row in models.Hazard.objects.filter(id__in=ids)}
    return [found[id_] for id_ in ids]


def around(place: tuple[float, float], spread_m: float, number: int) -> list[tuple[float, float]]:
    """Places in a spiral around one, up to spread_m away."""
    steps = range(number)
    return [moved(*place, 137.5 * i, spread_m * math.sqrt(i / number))[:2] for i in steps]


def to_tiles() -> None:
    """Have the cells and the tiles know what was put onto the map without the change feed."""
    for _ in (*cells_rebuild(), *rebuild()):
        pass


def in_tiles(*places: tuple[float, float]) -> None:
    """Cones at these places, on the map and in its tiles."""
    on_map(*places)
    to_tiles()
