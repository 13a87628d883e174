"""A change of the map as the live stream tells it: made once, sent to all who listen there."""

import json
from typing import Final, NamedTuple

from hazardmap.core.answers.public import public
from hazardmap.core.full_times import ten_minutes_of
from hazardmap.hazards.change_feed import Move
from tiles.live.area import Place
from tiles.mercator import tile_at

ZOOM: Final = 16
"""Of the tiles that a message names; those above them follow by halving x and y."""


class Message(NamedTuple):
    """cursor: of the change feed. places: where the hazard is and was. text: the SSE event."""

    cursor: int
    places: tuple[Place, ...]
    text: bytes


def message(move: Move) -> Message:
    event, hazard = move.event, public(move.event.hazard)
    here = (hazard.lon, hazard.lat)
    there = here if move.before is None else (move.before.lon, move.before.lat)
    places = (here,) if there == here else (here, there)
    body = {
        "change": event.change.value,
        "merged_into": event.merged_into and str(event.merged_into),
        "at": ten_minutes_of(event.at).isoformat(),
        "tiles": sorted({_tile(place) for place in places}),
        "hazard": {
            "id": str(hazard.id),
            "kind": hazard.kind,
            "state": hazard.state.value,
            "lon": hazard.lon,
            "lat": hazard.lat,
            "radius_m": round(hazard.radius_m, 1),
            "p": round(hazard.p, 4),
            "t": int(hazard.t_ref.timestamp()),
            "half_life": int(hazard.half_life_s),
            "severity": hazard.severity,
            "published": hazard.published,
            "confirmed": hazard.confirmed,
            "simulated": hazard.simulated,
        },
    }
    data = json.dumps(body, separators=(",", ":"))
    return Message(
        event.cursor, places, f"id: {event.cursor}\nevent: hazard\ndata: {data}\n\n".encode()
    )


def _tile(place: Place) -> str:
    tile = tile_at(*place, ZOOM)
    return f"{tile.z}/{tile.x}/{tile.y}"
