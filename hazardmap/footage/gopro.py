"""The track of a GoPro's own receiver, out of the telemetry in its videos (GPS5, GPS9)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from hazardmap.footage.klv import Entry, entries
from hazardmap.footage.movie import Movie, Sample
from hazardmap.footage.telemetry import ERROR_M, MOST_READINGS, Reading, Telemetry
from hazardmap.footage.unusable import Broken

LARGEST_SAMPLE_BYTES: Final = 1_000_000
LARGEST_TELEMETRY_BYTES: Final = 100_000_000
"""Two hours of the newest cameras; a video is cut into files of some minutes."""
_Y2000: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FIXED: Final = 2  # in two dimensions; 3 in three, 0 not at all


def read_gopro(path: Path, movie: Movie) -> Telemetry | None:
    """None where it is no GoPro's. Raises OSError, and Broken where it is too much."""
    if not any(track.coding == b"gpmd" for track in movie.tracks):
        return None
    return Telemetry(list(_readings(path, movie)))


def _readings(path: Path, movie: Movie) -> Iterator[Reading]:
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
            with suppress(Broken, OverflowError, ValueError):
                found = _of_sample(memoryview(file.read(sample.size)), sample)
                count += len(found)
                yield from found
            if count > MOST_READINGS:
                raise Broken


def _of_sample(data: memoryview, sample: Sample) -> list[Reading]:
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


def _gps9(stream: Mapping[bytes, Entry], sample: Sample) -> Iterator[Reading]:
    """Newer cameras say everything of each position."""
    for at_s, row in _timed(_scaled(stream, b"GPS9", 9), sample):
        lat, lon, _, speed_mps, _, days, seconds, dop, fix = row
        clock = _Y2000 + timedelta(days=days, seconds=seconds)
        if fix >= _FIXED:
            yield Reading(at_s, lon, lat, speed_mps, dop * ERROR_M, clock)


def _gps5(stream: Mapping[bytes, Entry], sample: Sample) -> Iterator[Reading]:
    """Older ones say clock, fix and dilution of precision once for all positions of a second."""
    dop = _first(stream, b"GPSP", 9999) / 100
    if _first(stream, b"GPSF", 0) < _FIXED:
        return
    clock = _clock(stream[b"GPSU"].text()) if b"GPSU" in stream else None
    for at_s, (lat, lon, _, speed_mps, _) in _timed(_scaled(stream, b"GPS5", 5), sample):
        yield Reading(at_s, lon, lat, speed_mps, dop * ERROR_M, clock)
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
