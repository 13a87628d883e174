"""What the index of an MP4 says: when the movie was made, and its tracks."""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate, chain, islice, repeat
from pathlib import Path
from struct import iter_unpack, unpack_from
from typing import Final

from hazardmap.footage.boxes import boxes, content_of, inside
from hazardmap.footage.unusable import Broken, Unusable

EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
LARGEST_INDEX_BYTES: Final = 64_000_000
"""A day of video at 60 frames a second has half of that."""
MOST_TRACKS: Final = 50
MOST_SAMPLES: Final = 1_000_000
"""Of a track of telemetry, which has ten a second, or some hundreds with those of a gyroscope."""
LARGEST_FILE_BYTES: Final = 1 << 44
NO_MOVIE: Final = Unusable("is not a whole MP4 or MOV video")


@dataclass(frozen=True, slots=True)
class Sample:
    """A piece of a track: where it lies in the file, from when on it counts, and for how long."""

    offset: int
    size: int
    at_s: float
    lasts_s: float


@dataclass(frozen=True, slots=True)
class Track:
    """handler: what it is, such as `vide`. coding: how it is written, such as `gpmd`."""

    handler: bytes
    coding: bytes
    length_s: float
    units_per_s: int
    table: memoryview

    def samples(self) -> list[Sample]:
        """Raises Broken."""
        try:
            return _samples(self.table, self.units_per_s)
        except (struct.error, ZeroDivisionError) as error:
            raise Broken from error


@dataclass(frozen=True, slots=True)
class Movie:
    """created_at: what the file says, in UTC as it should be, often in local time.

    digest: of the index, which no two recordings share. gps: its box `gps `, of some cameras.
    """

    created_at: datetime | None
    tracks: tuple[Track, ...]
    digest: bytes
    gps: memoryview | None = None

    @property
    def length_s(self) -> float:
        """Of its pictures; 0 where it has none."""
        return next((track.length_s for track in self.tracks if track.handler == b"vide"), 0.0)


def read_movie(path: Path) -> Movie | Unusable:
    try:
        with path.open("rb") as file:
            index = content_of(file, b"moov", most_bytes=LARGEST_INDEX_BYTES)
        return NO_MOVIE if index is None else _movie(index)
    except (Broken, struct.error, ZeroDivisionError):
        return NO_MOVIE
    except OSError as error:
        return Unusable(f"cannot be read: {error.strerror or error}")


def _movie(index: memoryview) -> Movie:
    created, _, _ = _header(_required(index, b"mvhd"))
    described = [content for kind, content in boxes(index) if kind == b"trak"]
    if len(described) > MOST_TRACKS:
        raise Broken
    tracks = map(_track, described)
    return Movie(
        created_at=EPOCH + timedelta(seconds=created) if 0 < created < 2**32 else None,
        tracks=tuple(track for track in tracks if track is not None),
        digest=sha256(index).digest(),
        gps=inside(index, b"gps "),
    )


def _track(content: memoryview) -> Track | None:
    """None of a track that is not described as one."""
    media = inside(content, b"mdia")
    table = None if media is None else inside(media, b"minf", b"stbl")
    if media is None or table is None:
        return None
    handler = unpack_from("4s", _required(media, b"hdlr"), 8)[0]
    coding = unpack_from("4s", _required(table, b"stsd"), 12)[0]
    _, units_per_s, length = _header(_required(media, b"mdhd"))
    return Track(handler, coding, length / units_per_s, units_per_s, table)


def _header(content: memoryview) -> tuple[int, int, int]:
    """Creation, units per second and length of `mvhd` and `mdhd`, which begin alike."""
    long = unpack_from("B", content)[0] == 1
    created, _, units_per_s, length = unpack_from(">QQIQ" if long else ">IIII", content, 4)
    return created, units_per_s, length


def _required(content: memoryview, *path: bytes) -> memoryview:
    found = inside(content, *path)
    if found is None:
        raise Broken
    return found


def _samples(table: memoryview, units_per_s: int) -> list[Sample]:
    sizes = _sizes(_required(table, b"stsz"))
    lasting = _durations(_required(table, b"stts"), len(sizes))
    begins = accumulate(lasting, initial=0)
    return [
        Sample(offset, size, begin / units_per_s, lasts / units_per_s)
        for offset, size, begin, lasts in zip(
            _offsets(table, sizes), sizes, begins, lasting, strict=False
        )
    ]


def _sizes(content: memoryview) -> list[int]:
    each, count = unpack_from(">II", content, 4)
    if count > MOST_SAMPLES:
        raise Broken
    return [each] * count if each else list(unpack_from(f">{count}I", content, 12))


def _durations(content: memoryview, count: int) -> list[int]:
    """Of each of `count` samples, from runs of equal ones."""
    runs = _rows(content, ">II")
    each = chain.from_iterable(repeat(lasts, n) for n, lasts in runs)
    return list(islice(each, count))


def _offsets(table: memoryview, sizes: list[int]) -> list[int]:
    """Samples lie one after the other in chunks, and the table says where each chunk begins."""
    wide = inside(table, b"co64")
    chunks = _rows(_required(table, b"stco"), ">I") if wide is None else _rows(wide, ">Q")
    runs = _rows(_required(table, b"stsc"), ">III")
    found: list[int] = []
    run = -1
    for number, (at,) in enumerate(chunks, 1):
        while run + 1 < len(runs) and runs[run + 1][0] <= number:
            run += 1
        if run < 0 or at > LARGEST_FILE_BYTES:
            raise Broken
        inner = sizes[len(found) : len(found) + runs[run][1]]
        found += list(accumulate(inner, initial=at))[:-1]
    return found


def _rows(content: memoryview, form: str) -> list[tuple[int, ...]]:
    """A table that says how many rows it has, and has no more of them than samples may be."""
    (count,) = unpack_from(">I", content, 4)
    width = {">I": 4, ">Q": 8, ">II": 8, ">III": 12}[form]
    if count > MOST_SAMPLES or len(content) < 8 + count * width:
        raise Broken
    return list(iter_unpack(form, content[8 : 8 + count * width]))
