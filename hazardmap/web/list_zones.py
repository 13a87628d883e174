"""The work zones that the list of hazards shows above its table: the same question, of zones."""

from dataclasses import dataclass
from typing import Final

from hazardmap.core.decay import probability_at
from hazardmap.core.derived.workzone import WorkZone
from hazardmap.core.full_times import ten_minutes_of
from hazardmap.core.geometry.area import Circle
from hazardmap.core.geometry.region import Region
from hazardmap.hazards.zone_selectors import ZonesWanted, zones_near, zones_page
from hazardmap.web.list_form import Question
from hazardmap.web.zone_facts import ZoneRow, zone_row_of

SHOWN: Final = 5
POOL: Final = 200
NEAR_POOL: Final = 20


@dataclass(frozen=True, slots=True)
class Zones:
    """beyond: there is none in the circle that was asked about, and this one is the nearest."""

    rows: list[ZoneRow]
    beyond: bool = False


def zones_of(question: Question) -> Zones:
    """At most SHOWN: the nearest to the place that was asked about, else those seen last.

    None of them where the question is about what is unconfirmed or over: zones are neither.
    """
    if question.unconfirmed or not question.on_map or question.page > 1:
        return Zones([])
    at = question.wanted.at
    if question.near is not None and isinstance(question.area, Circle):
        near = zones_near(question.near.lon, question.near.lat, limit=NEAR_POOL)
        rows = [
            zone_row_of(zone, at, distance_m=distance_m)
            for zone, distance_m in near
            if _is_wanted(zone, question)
        ]
        within = [row for row in rows if (row.distance_m or 0.0) <= question.area.radius_m]
        return Zones((within or rows[:1])[:SHOWN], beyond=bool(rows and not within))
    area = None if isinstance(question.area, Circle | Region) else question.area
    least = question.wanted.min_probability
    found = zones_page(
        area,
        ZonesWanted(seen_from=question.seen_after, min_probability=least, at=at),
        limit=POOL,
    )
    zones = [state.zone for state in found if _is_wanted(state.zone, question)]
    zones.sort(key=lambda zone: (ten_minutes_of(zone.last_seen), zone.id), reverse=True)
    return Zones([zone_row_of(zone, at) for zone in zones[:SHOWN]])


def _is_wanted(zone: WorkZone, question: Question) -> bool:
    wanted, after = question.wanted, question.seen_after
    p = probability_at(zone.p, zone.t_ref, zone.half_life_s, wanted.at)
    likely = p >= wanted.min_probability
    recent = after is None or zone.last_seen >= after
    return likely and recent and (wanted.kinds is None or bool(wanted.kinds & zone.kinds.keys()))
