"""A hazard as a Feature of GeoJSON (RFC 7946): the same in answers, exports and messages.

Ids and times stay what they are, for `written` to write: as texts they would take longer than
finding the hazards.
"""

from datetime import UTC, datetime
from typing import Any

import orjson

from hazardmap.core.decay import probability_at
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.kinds import KINDS

_UTC = "+00:00"


def feature(hazard: Hazard, now: datetime, **more: Any) -> dict[str, Any]:
    """A hazard as of `now`; `more` are further properties."""
    properties = {
        "kind": hazard.kind,
        "group": KINDS[hazard.kind].group,
        "state": hazard.state,
        "probability": probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, now),
        "p": hazard.p,
        "t": hazard.t_ref,
        "half_life_s": hazard.half_life_s,
        "radius_m": hazard.radius_m,
        "severity": hazard.severity,
        "first_seen": hazard.first_seen,
        "last_seen": hazard.last_seen,
        "expires_at": hazard.expires_at,
        "passes": hazard.passes,
        "witnesses": hazard.witnesses,
        "published": hazard.published,
        "confirmed": hazard.confirmed,
        "simulated": hazard.simulated,
        **more,
    }
    return {
        "type": "Feature",
        "id": hazard.id,
        "geometry": {"type": "Point", "coordinates": [hazard.lon, hazard.lat]},
        "properties": properties,
    }


def written(value: object) -> bytes:
    """As JSON; times in UTC as `timestamp` writes them. Raises TypeError on what has no JSON."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def timestamp(at: datetime) -> str:
    """RFC 3339, in UTC."""
    text = at.isoformat()
    if not text.endswith(_UTC):
        text = at.astimezone(UTC).isoformat()
    return text[: -len(_UTC)] + "Z"
