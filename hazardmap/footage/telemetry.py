"""What a camera has written of its drive into a video, or beside it, whatever its make."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import hypot
from typing import Final

from hazardmap.footage.moments import LONGEST_S, WORST_ACCURACY_M
from hazardmap.footage.track import Fix

MOST_READINGS: Final = 500_000
ERROR_M: Final = 4.0
"""Of one axis where the satellites stand well (DOP 1), among houses as in the open."""
USUAL_DOP: Final = 1.5
_LATE_S: Final = 0.5
"""Of one that says where it was once a second, and not at which picture."""
_Y2000: Final = datetime(2000, 1, 1, tzinfo=UTC)
_Y2100: Final = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reading:
    """One position, at a moment of the video. clock: when that was, where the camera says it."""

    at_s: float
    lon: float
    lat: float
    speed_mps: float | None
    accuracy_m: float | None
    clock: datetime | None


@dataclass(frozen=True, slots=True)
class Telemetry:
    """utc: whether its clock is that of the satellites, or may be set to local time."""

    readings: Sequence[Reading]
    utc: bool = True

    def believed(self) -> "Telemetry":
        return Telemetry([one for one in self.readings if _believable(one)], self.utc)


def track_of(readings: Sequence[Reading], began_at: datetime) -> list[Fix]:
    """Times are those of the video from the moment it began: a single clock reading is off."""
    fixes = (
        Fix(
            began_at + timedelta(seconds=one.at_s),
            one.lon,
            one.lat,
            one.accuracy_m,
            one.speed_mps,
        )
        for one in readings
    )
    return sorted(fixes, key=lambda fix: fix.at)


def accuracy_m(dop: float, speed_mps: float) -> float:
    """Of a position that may belong to a moment a little earlier or later."""
    return hypot(dop * ERROR_M, speed_mps * _LATE_S)


def _believable(one: Reading) -> bool:
    timed = 0 <= one.at_s <= LONGEST_S
    there = abs(one.lon) <= 180 and abs(one.lat) <= 90 and (one.lon, one.lat) != (0, 0)
    fixed = one.accuracy_m is None or 0 < one.accuracy_m <= WORST_ACCURACY_M
    dated = one.clock is None or _Y2000 <= one.clock < _Y2100
    return timed and there and fixed and dated and 0 <= (one.speed_mps or 0.0) <= 150
