"""Roads that bend, drives along them, devices beside them, and one work zone."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from hazardmap.core.derived.drives import Seen, Track
from hazardmap.core.derived.workzone import WorkZone
from hazardmap.core.fusion.hazard import Hazard, State
from hazardmap.core.geometry.geodesy import between, moved
from hazardmap.core.ids import uuid7
from hazardmap.core.seeing.tracks import TrackPoint
from tests.scenes import NOON, Place

SPEED_MPS = 14.0
LANE_M = 1.75


def road(start: Place, heading_deg: float, length_m: float, bend_deg: float = 0.0) -> list[Place]:
    """Places every 7 m, turning by bend_deg per 100 m."""
    places = [start]
    for i in range(int(length_m / 7.0)):
        places.append(moved(*places[-1], heading_deg + bend_deg * i * 0.07, 7.0)[:2])
    return places


def beside(places: Sequence[Place], metres: float, right_m: float) -> Place:
    """A place beside a road, so far along it and to its right."""
    i = min(int(metres / 7.0), len(places) - 2)
    bearing_deg, _ = between(*places[i], *places[i + 1])
    lon, lat, _ = moved(*places[i], bearing_deg, metres - 7.0 * i)
    return moved(lon, lat, bearing_deg + 90.0, right_m)[:2]


def driven(
    places: Sequence[Place],
    number: int,
    off_m: tuple[float, float] = (0, 0),
    sees: Sequence[Hazard] = (),
) -> dict[UUID, Track]:
    """One drive along a road, 1.75 m right of its middle, with one error of position."""
    fixes, seen = [], set()
    for i in range(len(places) - 1):
        place = _off(beside(places, 7.0 * i, LANE_M), off_m)
        at = NOON + timedelta(hours=number, seconds=i * 7.0 / SPEED_MPS)
        fixes.append(TrackPoint(at, *place, 4.0))
    for thing in sees:
        place = _off((thing.lon, thing.lat), off_m)
        near = min(fixes, key=lambda fix: between(fix.lon, fix.lat, *place)[1])
        if between(near.lon, near.lat, *place)[1] < 30.0:
            seen.add(Seen(near.captured_at, thing.id, *place))
    return {UUID(int=number + 1): Track(set(fixes), seen)}


def _off(place: Place, off_m: tuple[float, float]) -> Place:
    lon, lat, _ = moved(*place, 90.0, off_m[0])
    return moved(lon, lat, 0.0, off_m[1])[:2]


def device(place: Place, number: int, kind: str = "cone", p: float = 0.9) -> Hazard:
    first = NOON + timedelta(minutes=number)
    return Hazard(
        **dict.fromkeys(("cov_ee_m2", "cov_nn_m2", "radius_m"), 4.0),
        id=uuid7(first, number.to_bytes(10)),
        kind=kind,
        state=State.ACTIVE,
        lon=place[0],
        lat=place[1],
        cov_en_m2=0.0,
        p=p,
        t_ref=NOON + timedelta(hours=8),
        half_life_s=86_400.0,
        phantom=0.0,
        severity=1,
        first_seen=first,
        last_seen=NOON + timedelta(hours=7),
        passes=3,
        witnesses=2,
        published=True,
        confirmed=False,
        simulated=False,
        expires_at=NOON + timedelta(days=9),
    )


ONE = WorkZone(
    id=UUID(int=7),
    line=((24.9, 60.1), (24.9, 60.11)),
    hazard_ids=(UUID(int=1), UUID(int=2)),
    kinds={"cone": 2},
    length_m=1113.0,
    bearing_deg=0.0,
    p=0.95,
    t_ref=NOON,
    half_life_s=86_400.0,
    started_at=NOON - timedelta(hours=3),
    last_seen=NOON,
    simulated=False,
)
