"""The Camera Motion Metadata track (`camm`) of Insta360 and of phones.

See developers.google.com/streetview/publish/camm-spec. A sample is one packet: a type, and what
belongs to it, the low byte first. Of positions type 6 says everything, type 5 only the place.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import hypot, isfinite
from pathlib import Path
from struct import Struct
from typing import Final

from hazardmap.footage.movie import Movie
from hazardmap.footage.telemetry import MOST_READINGS, Reading, Telemetry
from hazardmap.footage.unusable import Broken

_PLACE: Final = Struct("<HH3d")  # reserved, type 5, lat, lon, altitude
_WHOLE: Final = Struct("<HHdi2d7f")
"""Reserved, type 6, clock, fix, lat, lon, altitude, errors, velocity to the east and north, …"""
_FIXED: Final = 2  # in two dimensions; 3 in three, 0 not at all
_GPS_EPOCH: Final = datetime(1980, 1, 6, tzinfo=UTC) - timedelta(seconds=18)
"""Without the leap seconds that UTC has had since; none was added after 2016."""
_UNIX_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_S: Final = 4e9


def read_camm(path: Path, movie: Movie) -> Telemetry | None:
    """None where it has no such track. Raises OSError, and Broken where it is too much."""
    if not any(track.coding == b"camm" for track in movie.tracks):
        return None
    readings = list(_readings(path, movie))
    whole = [one for one in readings if one.clock is not None]
    if not any(one.speed_mps for one in whole):
        # Who has no velocity leaves it at 0, also while it moves.
        whole = [
            Reading(one.at_s, one.lon, one.lat, None, one.accuracy_m, one.clock) for one in whole
        ]
    return Telemetry(whole or readings)


def _readings(path: Path, movie: Movie) -> Iterator[Reading]:
    track = next(track for track in movie.tracks if track.coding == b"camm")
    # Most samples are of the gyroscope: only what has the size of a position is read.
    samples = [one for one in track.samples() if one.size in {_PLACE.size, _WHOLE.size}]
    if len(samples) > MOST_READINGS:
        raise Broken
    with path.open("rb") as file:
        for sample in samples:
            file.seek(sample.offset)
            data = file.read(sample.size)
            kind = data[2:4]
            if kind == b"\5\0" and len(data) == _PLACE.size:
                _, _, lat, lon, _ = _PLACE.unpack(data)
                yield Reading(sample.at_s, lon, lat, None, None, None)
            elif kind == b"\6\0" and len(data) == _WHOLE.size:
                _, _, clock_s, fix, lat, lon, _, error_m, _, east, north, _, _ = _WHOLE.unpack(data)
                clock = _clock(clock_s, movie.created_at)
                if fix >= _FIXED and clock is not None:
                    speed_mps = hypot(east, north) if isfinite(hypot(east, north)) else None
                    known_m = error_m if error_m > 0 else None
                    yield Reading(sample.at_s, lon, lat, speed_mps, known_m, clock)


def _clock(seconds: float, created_at: datetime | None) -> datetime | None:
    """Since the beginning of GPS, as it should be, or of Unix, as some cameras have it.

    These are ten years apart, so the time at which the file was made tells which it is.
    """
    if not 0 <= seconds <= _LATEST_S:
        return None
    clock = _GPS_EPOCH + timedelta(seconds=seconds)
    other = _UNIX_EPOCH + timedelta(seconds=seconds)
    if created_at is not None and abs(other - created_at) < abs(clock - created_at):
        return other
    return clock
