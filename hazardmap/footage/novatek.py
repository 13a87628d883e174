"""The track of cameras with a chip of Novatek: Viofo, Vantrue, and many without a name.

A box `gps ` in the index lists where blocks with a position lie among the pictures, one for each
second or part of it; a block begins with `freeGPS `. Makers have put the same values at different
places: see QuickTimeStream.pl of exiftool.org (its types 3, 10, 12, 15 and 17) and
github.com/EgorKin/nvtk_mp4_to_gpx after sergei.nz. There is no checksum, so a layout counts only
where all its letters and numbers fit, and a track only where it moves as fast as it says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from struct import error, iter_unpack, unpack_from
from typing import Final

from hazardmap.core.geometry.geodesy import between
from hazardmap.footage.movie import Movie
from hazardmap.footage.nmea import APART_S, KNOT_MPS, covers, degrees
from hazardmap.footage.telemetry import USUAL_DOP, Reading, Telemetry, accuracy_m
from hazardmap.footage.unusable import Broken, Unusable

MOST_BLOCKS: Final = 100_000
"""A day has 86400 seconds."""
_BLOCK_BYTES: Final = 0x88  # all that any layout looks at
_MOVING_MPS: Final = 3.0
_FITS: Final = (0.6, 1.6)
"""How far it goes by its positions, against its speeds: knots taken for km/h would be 1.85."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where in a block the values lie. number: the form of coordinates and speed, for `struct`."""

    hour: int
    year: int
    status: int
    north: int
    east: int
    lat: int
    lon: int
    knots: int
    number: str


_LAYOUTS: Final = (
    # Viofo A119 V3, A129, A139 and newer
    _Layout(0x10, 0x1C, 0x28, 0x29, 0x2A, 0x2C, 0x30, 0x34, "<f"),
    # Viofo A119, A119S and most of those without a name
    _Layout(0x30, 0x3C, 0x48, 0x49, 0x4A, 0x4C, 0x50, 0x54, "<f"),
    # Vantrue N4, Rove
    _Layout(0x10, 0x50, 0x1C, 0x28, 0x38, 0x20, 0x30, 0x40, "<d"),
    # Vantrue S1
    _Layout(0x50, 0x44, 0x40, 0x41, 0x42, 0x60, 0x5C, 0x64, "<f"),
    # nobody knows whose
    _Layout(0x30, 0x70, 0x3C, 0x48, 0x58, 0x40, 0x50, 0x60, "<d"),
)


def read_novatek(path: Path, movie: Movie) -> Telemetry | Unusable | None:
    """None where it has no such list. Raises OSError, and Broken where it is too much.

    A block does not say of which picture it is, so they count as equally far apart; that is right
    where they are as many as the seconds of the video, or a multiple.
    """
    blocks = [] if movie.gps is None else list(_blocks(path, movie.gps))
    if not blocks:
        return None
    per_s = max(round(len(blocks) / movie.length_s), 1)
    readings = _best(blocks, per_s)
    if readings and not covers((len(blocks) - 1) / per_s, movie.length_s):
        return Unusable("has positions of another length than its pictures")
    if not _moves_as_it_says(readings):
        return Unusable("has positions that do not go as fast as it says")
    return Telemetry(readings, utc=False)


def _blocks(path: Path, listed: memoryview) -> Iterator[bytes]:
    if len(listed) < 8:
        raise Broken
    (count,) = unpack_from(">I", listed, 4)
    if count > MOST_BLOCKS or len(listed) < 8 + count * 8:
        raise Broken
    with path.open("rb") as file:
        for offset, size in iter_unpack(">II", listed[8 : 8 + count * 8]):
            file.seek(offset)
            block = file.read(min(size, _BLOCK_BYTES))
            # What has been overwritten, or never written, still has its time.
            yield block if block[4:12] == b"freeGPS " else b""


def _best(blocks: Sequence[bytes], per_s: int) -> list[Reading]:
    """By the layout in which most of them can be read; a camera has one."""
    return max(
        (
            [
                reading
                for number, block in enumerate(blocks)
                if (reading := _reading(block, layout, number / per_s)) is not None
            ]
            for layout in _LAYOUTS
        ),
        key=len,
    )


def _reading(block: bytes, layout: _Layout, at_s: float) -> Reading | None:
    """None where the camera had no fix, or it is not written so."""
    try:
        hour, minute, second = unpack_from("<3I", block, layout.hour)
        year, month, day = unpack_from("<3I", block, layout.year)
        y, x, knots = (
            unpack_from(layout.number, block, at)[0]
            for at in (layout.lat, layout.lon, layout.knots)
        )
        clock = datetime(
            year + 2000 if year < 100 else year, month, day, hour, minute, second, tzinfo=UTC
        )
    except (error, ValueError, OverflowError):
        return None
    lat = degrees(y, chr(block[layout.north]), "NS")
    lon = degrees(x, chr(block[layout.east]), "EW")
    if block[layout.status] != ord("A") or lat is None or lon is None or not knots >= 0:
        return None
    speed_mps = knots * KNOT_MPS
    return Reading(at_s, lon, lat, speed_mps, accuracy_m(USUAL_DOP, speed_mps), clock)


def _moves_as_it_says(readings: Sequence[Reading]) -> bool:
    """Some makers scramble or scale the coordinates, and others write speeds in other units."""
    said_m = gone_m = 0.0
    for one, other in pairwise(readings):
        speed_mps = ((one.speed_mps or 0.0) + (other.speed_mps or 0.0)) / 2
        seconds = other.at_s - one.at_s
        if speed_mps >= _MOVING_MPS and seconds <= APART_S:
            said_m += speed_mps * seconds
            gone_m += between(one.lon, one.lat, other.lon, other.lat)[1]
    least, most = _FITS
    return said_m == 0 or least <= gone_m / said_m <= most
