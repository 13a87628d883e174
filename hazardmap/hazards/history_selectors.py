"""Reads: what the map of an area was like, from the change feed."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from hazardmap.core.fusion.hazard import LIVE_STATES
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.hazards.live import boxes, placed, touching
from hazardmap.platform.rows_read import rows_read

MOST_STATES = 16
_STATES = """
    SELECT wanted.id, extract(epoch FROM event.at)::float8,
        event.change <> 'removed' AND event.hazard->>'state' = ANY(%s::text[]),
        (event.hazard->>'published')::bool, (event.hazard->>'p')::float8,
        extract(epoch FROM (event.hazard->>'t_ref')::timestamptz)::float8,
        (event.hazard->>'half_life_s')::float8,
        extract(epoch FROM (event.hazard->>'last_seen')::timestamptz)::float8
    FROM unnest(%s::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
        SELECT * FROM hazards_hazardevent WHERE hazard_id = wanted.id
        ORDER BY cursor DESC LIMIT %s
    ) AS event ORDER BY event.cursor
"""


class PastState(NamedTuple):
    """A hazard as it was from `at` (Unix seconds) until its next state. is_live: on the map."""

    at: float
    is_live: bool
    published: bool
    p: float
    t_ref: float
    half_life_s: float
    last_seen: float


class History(NamedTuple):
    """Something that was on the map, where it is now or was last. states: oldest first."""

    id: UUID
    kind: str
    lon: float
    lat: float
    radius_m: float
    first_seen: float
    simulated: bool
    states: list[PastState]


def histories_in(bbox: Bbox, *, since: datetime, limit: int) -> list[History]:
    """What was on the map of a box at some time since then, newest id first.

    Each with its last MOST_STATES states, so that the answer is bounded.
    """
    found = touching(boxes(bbox), placed()).filter(
        Q(state__in=LIVE_STATES) | Q(expires_at__gte=since)
    )
    hazards = list(found.order_by("-id")[:limit])
    states = _states([hazard.id for hazard in hazards])
    return [
        History(
            row.id,
            row.kind,
            row.position.x,
            row.position.y,
            row.radius_m,
            row.first_seen.timestamp(),
            row.simulated,
            states[row.id],
        )
        for row in hazards
        if row.id in states
    ]


def _states(ids: list[UUID]) -> dict[UUID, list[PastState]]:
    """The last states of each, oldest first; only what is asked for leaves the database."""
    states: dict[UUID, list[PastState]] = {}
    for hazard_id, *values in rows_read(_STATES, [LIVE_STATES, ids, MOST_STATES]):
        states.setdefault(hazard_id, []).append(PastState(*values))
    return states
