"""Where somebody was at a time, between the fixes of a receiver."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import hypot
from typing import Final, NamedTuple

from hazardmap.core.geometry.geodesy import between, moved

LONGEST_GAP: Final = timedelta(seconds=30)
"""Between fixes that are farther apart nobody knows the way."""
_AROUND: Final = timedelta(seconds=1)
_SWERVE_MPS2: Final = 3.0
"""Nobody drives straight on and evenly from one fix to the next."""
_SLOWEST_MPS: Final = 1.0  # below it a course is noise


class Fix(NamedTuple):
    """accuracy_m: one standard deviation per axis. speed_mps: as the receiver measured it."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None = None
    speed_mps: float | None = None


class Motion(NamedTuple):
    """heading_deg: where it drove; None while standing."""

    lon: float
    lat: float
    accuracy_m: float | None
    speed_mps: float
    heading_deg: float | None


def position_at(track: Sequence[Fix], at: datetime) -> tuple[float, float] | None:
    """Lon and lat on the straight way between two fixes; None where there are none close by."""
    after = bisect_left(track, at, key=lambda fix: fix.at)
    if after < len(track) and track[after].at == at:
        return track[after].lon, track[after].lat
    if not 0 < after < len(track):
        return None
    a, b = track[after - 1], track[after]
    if b.at - a.at > LONGEST_GAP:
        return None
    bearing_deg, distance_m = between(a.lon, a.lat, b.lon, b.lat)
    lon, lat, _ = moved(a.lon, a.lat, bearing_deg, distance_m * ((at - a.at) / (b.at - a.at)))
    return lon, lat


def motion_at(track: Sequence[Fix], at: datetime) -> Motion | None:
    """Place, speed and course, the latter over a second before and after."""
    here = position_at(track, at)
    if here is None:
        return None
    before, later = position_at(track, at - _AROUND), position_at(track, at + _AROUND)
    course_deg, distance_m = between(*(before or here), *(later or here))
    seconds = ((before is not None) + (later is not None)) * _AROUND.total_seconds()
    near = track[min(bisect_left(track, at, key=lambda fix: fix.at), len(track) - 1)]
    speed_mps = near.speed_mps if near.speed_mps is not None else distance_m / (seconds or 1.0)
    moves = min(speed_mps, distance_m / (seconds or 1.0)) >= _SLOWEST_MPS
    accuracy_m = None if near.accuracy_m is None else hypot(near.accuracy_m, _strayed_m(track, at))
    return Motion(*here, accuracy_m, speed_mps, course_deg if moves else None)


def _strayed_m(track: Sequence[Fix], at: datetime) -> float:
    """How far from the straight way between two fixes: nothing at either, most halfway."""
    after = max(bisect_left(track, at, key=lambda fix: fix.at), 1)
    since_s = (at - track[after - 1].at).total_seconds()
    until_s = (track[after].at - at).total_seconds() if after < len(track) else 0.0
    return _SWERVE_MPS2 / 2 * since_s * until_s
