"""High zooms: one feature per hazard, with everything that a client needs to show and fade it."""

from collections.abc import Iterable
from typing import Any

from shapely import Point

from hazardmap.core.hazard import Hazard
from hazardmap.core.kinds import KINDS
from tiles.mercator import to_metres

FEATURE_ID_MASK = (1 << 53) - 1


def point_features(hazards: Iterable[Hazard]) -> list[dict[str, Any]]:
    """Features in Mercator metres; the feature id is the last 53 bits of the hazard's id."""
    return [
        {
            "id": hazard.id.int & FEATURE_ID_MASK,
            "geometry": Point(to_metres(hazard.lon, hazard.lat)),
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
