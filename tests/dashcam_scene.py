"""What cameras other than a GoPro write of a drive, put together from how others describe it."""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from operator import xor
from pathlib import Path

from hazardmap.footage.movie import EPOCH
from tests.footage_scene import Second, box, full, telemetry_track

KNOT_MPS = 0.514444

camm_track = partial(telemetry_track, coding=b"camm")


def silent(
    path: Path,
    *,
    seconds: float,
    samples: Sequence[bytes] = (),
    index_of: Callable[[Sequence[bytes], int], bytes] = telemetry_track,
    before: bytes = b"",
    made_at: datetime | None = None,
) -> Path:
    """A video that says how long its pictures last, and has none. before: other boxes."""
    created = 0 if made_at is None else int((made_at - EPOCH).total_seconds())
    pictures = box(
        "mdia",
        full("mdhd", 0, 0, 1000, int(seconds * 1000), 0),
        full("hdlr", 0, more=b"vide" + bytes(13)),
        box("minf", box("stbl", full("stsd", 1, more=struct.pack(">I4s8x", 16, b"avc1")))),
    )
    start = box("ftyp", b"isom") + before
    extra = index_of(samples, len(start) + 8) if samples else b""
    index = full("mvhd", created, created, 1000, int(seconds * 1000)) + box("trak", pictures)
    path.write_bytes(start + box("mdat", b"".join(samples)) + box("moov", index + extra))
    return path


def listed(blocks: Sequence[bytes], offset: int) -> bytes:
    """Novatek's box `gps `: where each block lies, and how long it is."""
    rows = b""
    for block in blocks:
        rows += struct.pack(">II", offset, len(block))
        offset += len(block)
    return box("gps ", struct.pack(">II", 0x101, len(blocks)), rows)


def _ddmm(value: float) -> float:
    degrees = int(abs(value))
    return degrees * 100 + (abs(value) - degrees) * 60


def _letters(second: Second) -> bytes:
    return (b"N" if second.lat >= 0 else b"S") + (b"E" if second.lon >= 0 else b"W")


def _block(content: bytes) -> bytes:
    whole = struct.pack(">I8sI", 0x400, b"freeGPS ", len(content)) + content
    return whole + bytes(0x400 - len(whole))


def _numbers(second: Second, form: str) -> bytes:
    speed = second.speed_mps / KNOT_MPS
    return struct.pack(f"<4{form}", _ddmm(second.lat), _ddmm(second.lon), speed, 0.0)


def viofo(second: Second) -> bytes:
    """A119 V3, A129, A139."""
    status = b"A" if second.fix else b"V"
    at = second.at
    clock = (at.hour, at.minute, at.second, at.year - 2000, at.month, at.day)
    return _block(
        struct.pack("<6I", *clock) + status + _letters(second) + b"\0" + _numbers(second, "f")
    )


def a119(second: Second) -> bytes:
    """The same after 32 bytes of nothing: the older ones, and most without a name."""
    return _block(bytes(32) + viofo(second)[16:80])


def vantrue(second: Second) -> bytes:
    """N4: with double precision, and the date after the place."""
    lat, lon, speed, course = struct.unpack("<4d", _numbers(second, "d"))
    at, (north, east) = second.at, _letters(second)
    clock = struct.pack("<3I4s", at.hour, at.minute, at.second, b"A" if second.fix else b"V")
    place = struct.pack("<dB7xdB7xdd", lat, north, lon, east, speed, course)
    return _block(clock + place + struct.pack("<3I", at.year - 2000, at.month, at.day))


def vantrue_s1(second: Second) -> bytes:
    """The date before the time, and the longitude before the latitude."""
    lat, lon, speed, course = struct.unpack("<4f", _numbers(second, "f"))
    at = second.at
    clock = (at.year - 2000, at.month, at.day, at.hour, at.minute, at.second)
    status = b"A" if second.fix else b"V"
    numbers = struct.pack("<6I4f", *clock, lon, lat, speed, course)
    return _block(bytes(48) + status + _letters(second) + b"\0" + numbers)


def doubles(second: Second) -> bytes:
    lat, lon, speed, course = struct.unpack("<4d", _numbers(second, "d"))
    at, (north, east) = second.at, _letters(second)
    clock = struct.pack("<3I4s", at.hour, at.minute, at.second, b"A" if second.fix else b"V")
    place = struct.pack("<dB7xdB7xdd", lat, north, lon, east, speed, course)
    date = struct.pack("<3I", at.year - 2000, at.month, at.day)
    return _block(bytes(32) + clock + place + date)


def camm6(second: Second, epoch: datetime = datetime(1980, 1, 6, tzinfo=UTC)) -> bytes:
    """Everything of a position, at the beginning of a second."""
    since = (second.at - epoch).total_seconds() + (18 if epoch.year == 1980 else 0)
    error_m = second.dop * 4
    velocity = (0.0, second.speed_mps, 0.0, 0.1)
    return struct.pack(
        "<HHdi2d7f",
        *(0, 6, since, second.fix, second.lat, second.lon, 30.0, error_m, 9.0),
        *velocity,
    )


def camm5(second: Second) -> bytes:
    return struct.pack("<HH3d", 0, 5, second.lat, second.lon, 30.0)


def gyroscope(_: Second) -> bytes:
    return struct.pack("<HH3f", 0, 2, 0.1, 0.2, 0.3)


def sentence(text: str) -> str:
    return f"${text}*{reduce(xor, text.encode()):02X}"


def spoken(second: Second) -> list[str]:
    """What a receiver says each second."""
    north, east = _letters(second).decode()
    lat, lon = f"{_ddmm(second.lat):010.5f},{north}", f"{_ddmm(second.lon):011.5f},{east}"
    time, knots = f"{second.at:%H%M%S.00}", f"{second.speed_mps / KNOT_MPS:.3f}"
    if not second.fix:
        return [
            sentence(f"GPRMC,{time},V,,,,,,,{second.at:%d%m%y},,,N"),
            sentence(f"GPGGA,{time},,,,,0,00,99.99,,,,,,"),
        ]
    return [
        sentence(f"GNRMC,{time},A,{lat},{lon},{knots},0.0,{second.at:%d%m%y},,,A"),
        sentence("GPVTG,0.0,T,,M,19.4,N,36.0,K,A"),
        sentence(f"GNGGA,{time},{lat},{lon},1,12,{second.dop},30.0,M,17.0,M,,"),
    ]


def stamped(seconds: Sequence[Second], ahead: timedelta = timedelta(hours=2)) -> bytes:
    """Each line after the camera's own clock, which shows local time."""
    text = ""
    for second in seconds:
        ms = round((second.at + ahead).timestamp() * 1000)
        text += "".join(f"[{ms}]{line}\r\n" for line in spoken(second))
    return text.encode() + b"\0\0"


def unstamped(seconds: Sequence[Second]) -> bytes:
    return "".join(f"{line}\r\n" for second in seconds for line in spoken(second)).encode()


def blackvue(path: Path, seconds: Sequence[Second], *, inside: bool = True) -> Path:
    gps = box("gps ", stamped(seconds))
    before = box("free", box("cprt", b" Pittasoft"), gps) if inside else gps
    return silent(path, seconds=len(seconds), before=before)
