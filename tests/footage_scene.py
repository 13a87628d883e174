"""Videos for tests, as a dashcam would write them, with the telemetry of a GoPro if asked for."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hazardmap.footage.drive import Drive, Said, read_drive
from hazardmap.footage.movie import EPOCH
from hazardmap.footage.track import Fix

FPS = 10
SIZE = (320, 180)
PER_SECOND = 10  # positions
M_PER_DEG = 111_195.0
START = datetime(2026, 11, 28, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Second:
    """A second of a drive to the north: positions at its beginning, and on."""

    at: datetime
    lat: float
    speed_mps: float
    lon: float = 24.94
    fix: int = 3
    dop: float = 1.5

    def rows(self) -> list[tuple[float, float]]:
        """Latitude and seconds of each position."""
        times = [n / PER_SECOND for n in range(PER_SECOND)]
        return [(self.lat + self.speed_mps * s / M_PER_DEG, s) for s in times]


def drive(speeds_mps: Sequence[float], *, at: datetime = START, **over: float) -> list[Second]:
    """Seconds one after the other."""
    seconds, lat = [], 60.17
    for number, speed_mps in enumerate(speeds_mps):
        seconds.append(Second(at + timedelta(seconds=number), lat, speed_mps, **over))  # type: ignore[arg-type]
        lat += speed_mps / M_PER_DEG
    return seconds


def klv(key: str, type_: str, bytes_each: int, data: bytes) -> bytes:
    """A value of GPMF, filled up to four bytes. type_: "" for what holds others."""
    count = len(data) // bytes_each
    head = struct.pack(">4sBBH", key.encode(), ord(type_) if type_ else 0, bytes_each, count)
    return head + data + bytes(-len(data) % 4)


def gps5(second: Second) -> bytes:
    """As the Hero 5 to 10 and the Max write it."""
    rows = b"".join(
        struct.pack(
            ">5l",
            round(lat * 1e7),
            round(second.lon * 1e7),
            3000,
            round(second.speed_mps * 1000),
            round(second.speed_mps * 100),
        )
        for lat, _ in second.rows()
    )
    return _sample(
        klv("GPSF", "L", 4, struct.pack(">L", second.fix)),
        klv("GPSU", "U", 16, f"{second.at:%y%m%d%H%M%S.000}".encode()),
        klv("GPSP", "S", 2, struct.pack(">H", round(second.dop * 100))),
        klv("SCAL", "l", 4, struct.pack(">5l", 10_000_000, 10_000_000, 1000, 1000, 100)),
        klv("GPS5", "l", 20, rows),
    )


def gps9(second: Second) -> bytes:
    """As the Hero 11 and 13 write it."""
    midnight = second.at.replace(hour=0, minute=0, second=0, microsecond=0)
    days = (midnight - datetime(2000, 1, 1, tzinfo=UTC)).days
    rows = b"".join(
        struct.pack(
            ">7lHH",
            round(lat * 1e7),
            round(second.lon * 1e7),
            3000,
            round(second.speed_mps * 1000),
            round(second.speed_mps * 100),
            days,
            round(((second.at - midnight).total_seconds() + s) * 1000),
            round(second.dop * 100),
            second.fix,
        )
        for lat, s in second.rows()
    )
    scales = (10_000_000, 10_000_000, 1000, 1000, 100, 1, 1000, 100, 1)
    return _sample(
        klv("TYPE", "c", 1, b"lllllllSS"),
        klv("SCAL", "l", 4, struct.pack(">9l", *scales)),
        klv("GPS9", "?", 32, rows),
    )


def _sample(*entries: bytes) -> bytes:
    accelerometer = klv("STRM", "", 1, klv("ACCL", "s", 6, bytes(12)))
    return klv("DEVC", "", 1, accelerometer + klv("STRM", "", 1, b"".join(entries)))


def telemetry_track(
    samples: Sequence[bytes], offset: int, coding: bytes = b"gpmd", *, wide: bool = False
) -> bytes:
    """One sample a second, all in one chunk. wide: for files of more than 4 GB."""
    sizes = [len(sample) for sample in samples]
    table = box(
        "stbl",
        full("stsd", 1, more=struct.pack(">I4s8x", 16, coding)),
        full("stts", 1, len(samples), 1000),
        full("stsc", 1, 1, len(samples), 1),
        full("stsz", 0, len(samples), *sizes),
        full("co64", 1, *divmod(offset, 2**32)) if wide else full("stco", 1, offset),
    )
    media = box(
        "mdia",
        full("mdhd", 0, 0, 1000, 1000 * len(samples), 0),
        full("hdlr", 0, more=b"meta" + bytes(13)),
        box("minf", table),
    )
    return box("trak", media)


def film(
    path: Path,
    *,
    seconds: int = 10,
    samples: Sequence[bytes] = (),
    index_of: Callable[[Sequence[bytes], int], bytes] = telemetry_track,
    made_at: datetime | None = None,
    blurred: Sequence[int] = (),
    turned: bool = False,
    fps: int = FPS,
    street: int = 7,
) -> Path:
    """A video of a street that goes by. blurred: seconds of it. turned: held upright.

    street: which one; the same street gives the same pictures, which a site takes once. index_of:
    what the index says of the samples, which begin at an offset.
    """
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, SIZE)
    for number in range(seconds * fps):
        writer.write(_street(street, number, blurred=number // fps in blurred))
    writer.release()
    data = path.read_bytes()
    at = data.rindex(b"moov") - 4  # the last box
    telemetry = b"".join(samples)
    index = bytearray(data[at + 8 :])
    if made_at is not None:
        header = index.index(b"mvhd") + 8
        index[header : header + 4] = struct.pack(">I", int((made_at - EPOCH).total_seconds()))
    if turned:
        matrix = index.index(b"tkhd") + 4 + 40
        index[matrix : matrix + 36] = struct.pack(
            ">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30
        )
    track = index_of(samples, at + 8) if samples else b""
    path.write_bytes(data[:at] + box("mdat", telemetry) + box("moov", bytes(index) + track))
    return path


def filmed(
    folder: Path,
    seconds: Sequence[Second],
    write: Callable[[Second], bytes] = gps5,
    said: Said | None = None,
    **how: Any,
) -> Drive:
    """A video of these seconds, as it was read. how: as for film()."""
    samples = [write(second) for second in seconds]
    path = film(folder / "drive.mp4", seconds=len(seconds), samples=samples, **how)
    found = read_drive(path, said or Said())
    assert isinstance(found, Drive), found
    return found


def fixes(speed_mps: float, seconds: int) -> list[Fix]:
    """A track to the north."""
    return [
        Fix(START + timedelta(seconds=s), 24.94, 60.17 + speed_mps * s / M_PER_DEG)
        for s in range(seconds + 1)
    ]


def _street(street: int, number: int, *, blurred: bool) -> np.ndarray:
    texture = np.random.default_rng(street).integers(0, 255, (SIZE[1] // 6, SIZE[0] // 2), np.uint8)
    grey = np.roll(texture, number, axis=1)[:, : SIZE[0] // 6]
    houses = cv2.resize(grey, SIZE, interpolation=cv2.INTER_NEAREST)
    light = np.tile(np.linspace(0, 255, SIZE[0]).astype(np.uint8), (SIZE[1], 1))
    picture = cv2.addWeighted(houses, 0.4, light, 0.6, 0)
    if blurred:
        picture = cv2.GaussianBlur(picture, (0, 0), 9)
    return cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)


def box(kind: str, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", len(content) + 8, kind.encode()) + content


def full(kind: str, *numbers: int, more: bytes = b"") -> bytes:
    """A box with version and flags, and numbers of 32 bits."""
    return box(kind, bytes(4), struct.pack(f">{len(numbers)}I", *numbers), more)
