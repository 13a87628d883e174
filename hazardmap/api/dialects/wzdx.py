"""Work zones as a WZDx 4.2 WorkZoneFeed (github.com/usdot-jpo-ode/wzdx).

What the map knows and the standard asks for, and nothing more: lanes, road names and the impact on
traffic are unknown, and OpenStreetMap may not go into a feed under CC0.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from hazardmap.api.dialects.told import UNKNOWN_ROAD, Zone, seconds
from hazardmap.core.decay import probability_at
from hazardmap.core.derived.workzone import Place, WorkZone
from hazardmap.core.geometry.geodesy import between

VERSION: Final = "4.2"
CC0: Final = "https://creativecommons.org/publicdomain/zero/1.0/"
UPDATE_FREQUENCY_S: Final = 60
SURE: Final = 0.9
KEPT: Final = timedelta(hours=1, seconds=2 * UPDATE_FREQUENCY_S)
"""How long a zone that has ended is still told of: the standard asks for an hour."""
_DRIVEN_PAST: Final = 0.5  # what was as probable as that when it ended was seen to be gone
_STRAIGHT: Final = 0.7  # of its length; a line that bends more has no one direction
_CHANNELS: Final = frozenset({"cone", "drum", "barrier"})
_DIRECTIONS: Final = ("northbound", "eastbound", "southbound", "westbound")


def belongs(zone: WorkZone, now: datetime, surest: float) -> bool:
    """Whether the feed tells of a zone: surely there, or surely been there and ended lately.

    surest: the highest probability that it has had. Whoever sees it gone lowers the last one first.
    """
    if zone.ended_at is None:
        return probability_at(zone.p, zone.t_ref, zone.half_life_s, now) >= SURE
    return surest >= SURE and now - zone.ended_at <= KEPT


def feed(zones: Iterable[Zone], *, publisher: str, source: str, now: datetime) -> dict[str, Any]:
    """zones: those that belong to it. publisher: a name for people. source: an address that stands
    for this map for ever.
    """
    source_id = str(uuid5(NAMESPACE_URL, source))
    return {
        "feed_info": {
            "publisher": publisher,
            "version": VERSION,
            "update_date": seconds(now),
            "update_frequency": UPDATE_FREQUENCY_S,
            "license": CC0,
            "data_sources": [{"data_source_id": source_id, "organization_name": publisher}],
        },
        "type": "FeatureCollection",
        "features": [_event(*one, source_id, now) for one in zones],
    }


def _event(zone: WorkZone, updated_at: datetime, source_id: str, now: datetime) -> dict[str, Any]:
    ended = zone.ended_at
    core: dict[str, Any] = {
        "event_type": "work-zone",
        "data_source_id": source_id,
        "road_names": [UNKNOWN_ROAD],
        "direction": _direction(zone),
        "creation_date": seconds(zone.started_at),
        "update_date": seconds(updated_at),
    }
    if zone.merged_into is not None:
        related = {"type": "related-work-zone", "id": str(zone.merged_into)}
        core["related_road_events"] = [related]
    properties: dict[str, Any] = {
        "core_details": core,
        "start_date": seconds(zone.started_at),
        "end_date": seconds(zone.ends_by(0.5) if ended is None else ended),
        "is_start_date_verified": True,  # work was seen
        "is_end_date_verified": _was_seen_to_end(zone),
        "is_start_position_verified": True,  # by cameras with receivers
        "is_end_position_verified": True,
        "vehicle_impact": "unknown",
        "location_method": _location_method(zone),
    }
    if "worker" in zone.kinds and ended is None:
        properties["worker_presence"] = {
            "are_workers_present": True,
            "method": "camera-monitoring",
            "confidence": "low",  # they leave long before their cones
        }
    probability = probability_at(zone.p, zone.t_ref, zone.half_life_s, now)
    return {
        "id": str(zone.id),
        "type": "Feature",
        "properties": properties,
        "geometry": _geometry(zone.line),
        "hazardmap": {  # which the standard allows for
            "probability": 0.0 if ended is not None else round(probability, 4),
            "last_seen": seconds(zone.last_seen),
            "devices": dict(zone.kinds),
            "simulated": zone.simulated,
        },
    }


def _was_seen_to_end(zone: WorkZone) -> bool:
    """Not where it merged into another, or faded because nobody came by any more."""
    if zone.ended_at is None or zone.merged_into is not None:
        return False
    return probability_at(zone.p, zone.t_ref, zone.half_life_s, zone.ended_at) >= _DRIVEN_PAST


def _direction(zone: WorkZone) -> str:
    """The nearest of four, in the direction of travel; unknown where the road turns around."""
    _, straight_m = between(*zone.line[0], *zone.line[-1])
    if straight_m < _STRAIGHT * zone.length_m:
        return "unknown"
    return _DIRECTIONS[round(zone.bearing_deg / 90.0) % 4]


def _location_method(zone: WorkZone) -> str:
    if _CHANNELS & zone.kinds.keys():
        return "channel-device-method"
    return "sign-method" if "roadwork_sign" in zone.kinds else "other"


def _geometry(line: Sequence[Place]) -> dict[str, Any]:
    """The first position is the one furthest upstream. The standard knows no MultiLineString, so
    across the antimeridian positions have to do."""
    across = any(abs(b[0] - a[0]) > 180.0 for a, b in pairwise(line))
    kind = "MultiPoint" if across else "LineString"
    return {"type": kind, "coordinates": [list(place) for place in line]}
