"""Work zones as the pages and their scripts get them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hazardmap.core.answers.public import public_zone
from hazardmap.core.decay import probability_at
from hazardmap.core.derived.workzone import WorkZone
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.hazards.selectors import live_hazards
from hazardmap.web.words import Words, likelihood


def zone_facts(zone: WorkZone) -> dict[str, Any]:
    """One zone. Times are Unix seconds; the reader fades `p` itself from `t` and `half_life`."""
    zone = public_zone(zone)
    return {
        "id": str(zone.id),
        "live": zone.ended_at is None,
        "kinds": sorted(zone.kinds),
        "line": zone.line,
        "length_m": zone.length_m,
        "devices": len(zone.hazard_ids),
        "p": zone.p,
        "t": zone.t_ref.timestamp(),
        "half_life": zone.half_life_s,
        "first_seen": zone.started_at.timestamp(),
        "last_seen": zone.last_seen.timestamp(),
        "expected_end": zone.ends_by(0.5).timestamp(),
        "simulated": zone.simulated,
    }


def zone_devices(zone: WorkZone, *, most: int) -> list[Hazard]:
    """The live ones of the first of its devices, in the order in which one drives past them."""
    known = {hazard.id: hazard for hazard in live_hazards(zone.hazard_ids[:most])}
    return [known[id_] for id_ in zone.hazard_ids if id_ in known]


def middle_of(zone: WorkZone) -> tuple[float, float]:
    """The middle one of the points (lon, lat) of its line."""
    return zone.line[len(zone.line) // 2]


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A zone at one moment, for a template. p_percent: 0..100."""

    zone: WorkZone
    p_percent: int
    likelihood: Words
    live: bool
    distance_m: float | None = None

    @property
    def devices(self) -> int:
        return len(self.zone.hazard_ids)


def zone_row_of(zone: WorkZone, at: datetime, *, distance_m: float | None = None) -> ZoneRow:
    zone = public_zone(zone)
    p = probability_at(zone.p, zone.t_ref, zone.half_life_s, at)
    return ZoneRow(
        zone=zone,
        p_percent=round(100 * p),
        likelihood=likelihood(p),
        live=zone.ended_at is None,
        distance_m=distance_m,
    )
