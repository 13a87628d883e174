"""The track of a GoPro's own receiver, out of the telemetry in its videos (GPS5, GPS9)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median_low
from typing import Final

from hazardmap.footage.klv import Entry, entries
from hazardmap.footage.movie import Movie, Sample
from hazardmap.footage.track import Fix
from hazardmap.footage.unusable import Broken

LARGEST_SAMPLE_BYTES: Final = 1_000_000
LARGEST_TELEMETRY_BYTES: Final = 100_000_000
"""Two hours of the newest cameras; a video is cut into files of some minutes."""
MOST_FIXES: Final = 500_000
ERROR_M: Final = 4.0
"""Of one axis where the satellites stand well (DOP 1), among houses as in the open."""
WORST_ACCURACY_M: Final = 50.0  # as on the phone
_Y2000: Final = datetime(2000, 1, 1, tzinfo=UTC)
_Y2100: Final = datetime(2100, 1, 1, tzinfo=UTC)
_FIXED: Final = 2  # in two dimensions; 3 in three, 0 not at all


@dataclass(frozen=True, slots=True)
class GoProTrack:
    """began_at: the moment of the first picture, by the clock of the satellites."""

    began_at: datetime
    fixes: tuple[Fix, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One position, at a moment of the video. clock: when that was, where the sample says it."""

    at_s: float
    lon: float
    lat: float
    speed_mps: float
    dop: float
    fix: float
    clock: datetime | None


def has_telemetry(movie: Movie) -> bool:
    return any(track.coding == b"gpmd" for track in movie.tracks)


def read_track(path: Path, movie: Movie) -> GoProTrack | None:
    """None where the camera had no position. Raises OSError, and Broken where it is too much.

    Times are those of the video from the moment it began, which is what most samples agree on:
    a single clock reading is up to a second off.
    """
    readings = [one for one in _readings(path, movie) if _believable(one)]
    began = [one.clock - timedelta(seconds=one.at_s) for one in readings if one.clock is not None]
    if not began:
        return None
    began_at = median_low(began)
    fixes = (
        Fix(
            began_at + timedelta(seconds=one.at_s),
            one.lon,
            one.lat,
            one.dop * ERROR_M,
            one.speed_mps,
        )
        for one in readings
    )
    return GoProTrack(began_at, tuple(sorted(fixes)))


def _believable(one: _Reading) -> bool:
    fixed = one.fix >= _FIXED and 0 < one.dop * ERROR_M <= WORST_ACCURACY_M
    there = abs(one.lon) <= 180 and abs(one.lat) <= 90 and (one.lon, one.lat) != (0, 0)
    dated = one.clock is None or _Y2000 <= one.clock < _Y2100
    return fixed and there and dated and 0 <= one.speed_mps <= 150


def _readings(path: Path, movie: Movie) -> Iterator[_Reading]:
    tracks = [track for track in movie.tracks if track.coding == b"gpmd"]
    samples = [sample for track in tracks[:1] for sample in track.samples()]
    if sum(sample.size for sample in samples) > LARGEST_TELEMETRY_BYTES:
        raise Broken
    count = 0
    with path.open("rb") as file:
        for sample in samples:
            if sample.size > LARGEST_SAMPLE_BYTES:
                raise Broken
            file.seek(sample.offset)
            # A camera that was switched off in the middle leaves a torn sample.
            with suppress(Broken, OverflowError):
                found = _of_sample(memoryview(file.read(sample.size)), sample)
                count += len(found)
                yield from found
            if count > MOST_FIXES:
                raise Broken


def _of_sample(data: memoryview, sample: Sample) -> list[_Reading]:
    streams = [
        {entry.key: entry for entry in entries(stream.data)}
        for device in entries(data)
        if device.key == b"DEVC"
        for stream in entries(device.data)
        if stream.key == b"STRM"
    ]
    for key, read in ((b"GPS9", _gps9), (b"GPS5", _gps5)):
        for stream in streams:
            if key in stream:
                return list(read(stream, sample))
    return []


def _gps9(stream: Mapping[bytes, Entry], sample: Sample) -> Iterator[_Reading]:
    """Newer cameras say everything of each position."""
    for at_s, row in _timed(_scaled(stream, b"GPS9", 9), sample):
        lat, lon, _, speed_mps, _, days, seconds, dop, fix = row
        clock = _Y2000 + timedelta(days=days, seconds=seconds)
        yield _Reading(at_s, lon, lat, speed_mps, dop, fix, clock)


def _gps5(stream: Mapping[bytes, Entry], sample: Sample) -> Iterator[_Reading]:
    """Older ones say clock, fix and dilution of precision once for all positions of a second."""
    dop = _first(stream, b"GPSP", 9999) / 100
    fix = _first(stream, b"GPSF", 0)
    clock = _clock(stream[b"GPSU"].text()) if b"GPSU" in stream else None
    for at_s, (lat, lon, _, speed_mps, _) in _timed(_scaled(stream, b"GPS5", 5), sample):
        yield _Reading(at_s, lon, lat, speed_mps, dop, fix, clock)
        clock = None


def _timed(
    rows: list[tuple[float, ...]], sample: Sample
) -> Iterable[tuple[float, tuple[float, ...]]]:
    step_s = sample.lasts_s / max(len(rows), 1)
    return ((sample.at_s + number * step_s, row) for number, row in enumerate(rows))


def _scaled(stream: Mapping[bytes, Entry], key: bytes, columns: int) -> list[tuple[float, ...]]:
    types = stream[b"TYPE"].text() if b"TYPE" in stream else ""
    scales = [one for row in stream[b"SCAL"].rows() for one in row] if b"SCAL" in stream else [1.0]
    scales *= columns if len(scales) == 1 else 1
    rows = stream[key].rows(types)
    if len(scales) != columns or not all(scales) or any(len(row) != columns for row in rows):
        raise Broken
    return [tuple(value / by for value, by in zip(row, scales, strict=True)) for row in rows]


def _first(stream: Mapping[bytes, Entry], key: bytes, default: float) -> float:
    rows = stream[key].rows() if key in stream else []
    return rows[0][0] if rows else default


def _clock(text: str) -> datetime | None:
    """Such as 191118234514.000; None where it is no time."""
    try:
        return datetime.strptime(f"{text} +0000", "%y%m%d%H%M%S.%f %z")
    except ValueError:
        return None
