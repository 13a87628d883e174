"""What stands on the road as a CIFS feed (developers.google.com/waze/data-feed/cifs-specification).

Nothing here closes a road: no camera can tell that all lanes are shut.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from hazardmap.api.dialects.told import UNKNOWN_ROAD, Told, one_line
from hazardmap.core.answers.feature import written
from hazardmap.core.derived.workzone import Place, WorkZone
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.kinds import KINDS, Group

MEDIA_TYPE: Final = "application/json"
_HAZARD: Final = "HAZARD"
_CONSTRUCTION: Final = "HAZARD_ON_ROAD_CONSTRUCTION"
_BY_GROUP: Final[Mapping[Group, str]] = {
    Group.CONSTRUCTION: _CONSTRUCTION,
    Group.OBSTACLE: "HAZARD_ON_ROAD_OBJECT",
    Group.WILDLIFE: "HAZARD_ON_SHOULDER_ANIMALS",
}
_BY_KIND: Final[Mapping[str, str]] = {"pothole": "HAZARD_ON_ROAD_POT_HOLE"}


def feed(told: Told) -> bytes:
    """The document as JSON."""
    incidents = [_of_zone(one.zone) for one in told.zones]
    incidents += [_of_hazard(hazard) for hazard in told.hazards]
    return written({"incidents": [{"incident": incident} for incident in incidents]})


def _of_zone(zone: WorkZone) -> dict[str, Any]:
    """Its line has the direction of travel, so it is for those who drive that way."""
    return {
        "id": str(zone.id),
        "type": _HAZARD,
        "subtype": _CONSTRUCTION,
        "polyline": _polyline(one_line(zone)),
        "direction": "ONE_DIRECTION",
        "street": UNKNOWN_ROAD,
        "starttime": _time(zone.started_at),
        "endtime": _time(zone.ends_by(0.5)),
        "description": _says("road work", simulated=zone.simulated),
    }


def _of_hazard(hazard: Hazard) -> dict[str, Any]:
    """One place tells no direction, so it is for both."""
    kind = KINDS[hazard.kind]
    return {
        "id": str(hazard.id),
        "type": _HAZARD,
        "subtype": _BY_KIND.get(hazard.kind, _BY_GROUP[kind.group]),
        "polyline": _polyline([(hazard.lon, hazard.lat)]),
        "direction": "BOTH_DIRECTIONS",
        "street": UNKNOWN_ROAD,
        "starttime": _time(hazard.first_seen),
        "endtime": _time(hazard.expires_at),
        "description": _says(kind.label, simulated=hazard.simulated),
    }


def _says(what: str, *, simulated: bool) -> str:
    """The only place that CIFS has for it."""
    return f"simulated: {what}" if simulated else what


def _polyline(places: Iterable[Place]) -> str:
    """Latitude first, other than in GeoJSON."""
    return " ".join(f"{lat:.7f} {lon:.7f}" for lon, lat in places)


def _time(at: datetime) -> str:
    """The specification knows the offset from UTC as hours and minutes only, and no `Z`."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
