"""Direction of travel from a device's own positions, where no compass or receiver tells it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hazardmap.core.geometry.geodesy import between

_WINDOW: Final = timedelta(seconds=30)  # positions farther off in time say nothing about now
_FASTEST_MPS: Final = 80.0  # faster is a jump of the receiver, not a drive
_JITTER_M: Final = 1.0  # error between fixes that follow each other, even at the best accuracy
_JITTER_SHARE: Final = 0.2  # … and as a share of the stated accuracy; the rest is common to both
_CLEAR: Final = 5.0  # a chord this many sigmas long tells a direction
_SLOWEST_MPS: Final = 0.8  # below this a receiver's heading is noise
_DEVICE_SIGMA_DEG: Final = 5.0
_TRACK_SIGMA_DEG: Final = 2.0
_TURN_DEG_PER_S: Final = 1.0  # how much a chord may hide of a bend
_TRUST_TRACK_DEG: Final = 45.0


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One fix: aware time, lon and lat in degrees, accuracy_m as one standard deviation per axis,
    and what the device says about speed and heading (None where it says nothing)."""

    captured_at: datetime
    lon: float
    lat: float
    accuracy_m: float
    speed_mps: float | None = None
    heading_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """Direction of travel. heading_deg: 0..360 clockwise from north. sigma_deg: its sigma."""

    heading_deg: float
    sigma_deg: float


def headings(points: Sequence[TrackPoint]) -> list[Heading | None]:
    """Direction of travel at each of a device's consecutive fixes, None where nobody can tell.

    The points are in the order in which they were captured. The track is cut where the clock
    jumps back, where nothing came for 30 s and where the device would have been faster than
    80 m/s; nothing is derived across a cut. The direction at a fix is that of the shortest chord
    around it which is clearly longer than the error of its ends (most of the error of two fixes
    that follow each other is common to both). A device's own heading is preferred while it moves,
    unless the track contradicts it by more than 45°.
    """
    result: list[Heading | None] = []
    for segment in segments(points):
        for i, point in enumerate(segment):
            result.append(_choice(point, _chord(segment, i)))
    return result


def _choice(point: TrackPoint, from_track: Heading | None) -> Heading | None:
    said = point.heading_deg
    stands = point.speed_mps is not None and not point.speed_mps >= _SLOWEST_MPS
    if said is None or not 0.0 <= said <= 360.0 or stands:
        return from_track
    if from_track is None:
        return Heading(said % 360.0, 2.0 * _DEVICE_SIGMA_DEG)
    apart_deg = abs(math.remainder(said - from_track.heading_deg, 360.0))
    if apart_deg > _TRUST_TRACK_DEG:
        return from_track
    return Heading(said % 360.0, _DEVICE_SIGMA_DEG)


def segments(points: Sequence[TrackPoint]) -> Iterator[Sequence[TrackPoint]]:
    """The track, cut where the clock jumps back, after 30 s without a fix, and at impossible jumps.

    The points are in the order in which they were captured.
    """
    start = 0
    for i in range(1, len(points)):
        if _cut(points[i - 1], points[i]):
            yield points[start:i]
            start = i
    if points:
        yield points[start:]


def _cut(before: TrackPoint, after: TrackPoint) -> bool:
    elapsed = after.captured_at - before.captured_at
    if not timedelta(0) <= elapsed <= _WINDOW:
        return True
    _, distance_m = between(before.lon, before.lat, after.lon, after.lat)
    slack_m = _CLEAR * max(_jitter_m(before), _jitter_m(after))
    return distance_m > _FASTEST_MPS * elapsed.total_seconds() + slack_m


def _jitter_m(point: TrackPoint) -> float:
    stated = point.accuracy_m if math.isfinite(point.accuracy_m) else math.inf
    return _JITTER_M + _JITTER_SHARE * abs(stated)


def _chord(segment: Sequence[TrackPoint], i: int) -> Heading | None:
    """Direction of the shortest clear chord around fix i, widening it on both sides in turn."""
    first = last = i
    while True:
        wider_first = first > 0 and _recent(segment[first - 1], segment[i])
        wider_last = last + 1 < len(segment) and _recent(segment[last + 1], segment[i])
        if not (wider_first or wider_last):
            return None
        first -= wider_first
        last += wider_last
        a, b = segment[first], segment[last]
        bearing_deg, distance_m = between(a.lon, a.lat, b.lon, b.lat)
        error_m = math.hypot(_jitter_m(a), _jitter_m(b))
        if distance_m >= _CLEAR * error_m:
            bend_deg = _TURN_DEG_PER_S * (b.captured_at - a.captured_at).total_seconds()
            spread_deg = math.degrees(math.atan2(error_m, distance_m))
            return Heading(bearing_deg, _TRACK_SIGMA_DEG + spread_deg + bend_deg)


def _recent(a: TrackPoint, b: TrackPoint) -> bool:
    return abs(a.captured_at - b.captured_at) <= _WINDOW
