"""Hazards and work zones as everybody is told of them without a key (docs/adr/0034)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from hazardmap.core.derived.workzone import WorkZone
from hazardmap.core.full_times import minute_of, ten_minutes_of
from hazardmap.core.fusion.hazard import Hazard

LIVES_LONG: Final = timedelta(hours=2).total_seconds()
"""Whose half-life is this: its probability falls by no more than 6 % in ten minutes."""


def public(hazard: Hazard) -> Hazard:
    """Its times in full ten minutes, or one drive could be followed from hazard to hazard."""
    return replace(
        hazard,
        first_seen=ten_minutes_of(hazard.first_seen),
        last_seen=ten_minutes_of(hazard.last_seen),
        t_ref=public_t(hazard.t_ref, hazard.half_life_s),
        expires_at=ten_minutes_of(hazard.expires_at),
    )


def public_zone(zone: WorkZone) -> WorkZone:
    return replace(
        zone,
        started_at=ten_minutes_of(zone.started_at),
        last_seen=ten_minutes_of(zone.last_seen),
        ended_at=zone.ended_at and ten_minutes_of(zone.ended_at),
        t_ref=public_t(zone.t_ref, zone.half_life_s),
    )


def public_t(t_ref: datetime, half_life_s: float) -> datetime:
    """To what time its probability is said to belong: of what goes soon, to the minute."""
    return ten_minutes_of(t_ref) if half_life_s >= LIVES_LONG else minute_of(t_ref)


def newest_first(hazards: Iterable[Hazard]) -> list[Hazard]:
    """As everybody is told of them, in an order that tells no more than their times do."""
    told = map(public, hazards)
    return sorted(told, key=lambda hazard: (hazard.last_seen, hazard.id), reverse=True)
