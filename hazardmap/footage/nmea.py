"""What a receiver says in text (NMEA 0183): a line for each sentence, with a checksum.

RMC says where, when in UTC and how fast; GGA of the same second how surely. See gpsd's
gpsd.io/NMEA.html. Some cameras write before each when it came, in milliseconds of their own clock,
such as [1543406401000]; that clock may show local time, so only its steps are used.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from math import isnan, nan
from operator import xor
from typing import Final

from hazardmap.footage.telemetry import (
    ERROR_M,
    MOST_READINGS,
    USUAL_DOP,
    Reading,
    Telemetry,
    accuracy_m,
)
from hazardmap.footage.unusable import Broken, Unusable

LARGEST_TEXT_BYTES: Final = 20_000_000
"""Some hours of all sentences that a receiver knows."""
KNOT_MPS: Final = 1852 / 3600
APART_S: Final = 2.0
"""Of so much may what was written begin or end before or after the pictures."""
_LINE: Final = re.compile(
    rb"(?:\[(?P<ms>\d{1,15})\])?\$(?P<said>[A-Z]{2}(?P<kind>RMC|GGA),[^$*\r\n]{0,120})"
    rb"\*(?P<sum>[0-9A-Fa-f]{2})"
)
_MEASURED: Final = {"", "A", "D", "F", "P", "R"}
"""Modes of RMC; others are guessed, put in by hand or made up. Older receivers say none."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    stamp_s: float | None
    kind: bytes
    fields: list[str]


def telemetry_of(text: bytes, length_s: float) -> Telemetry | Unusable | None:
    """None where it holds no sentence. Raises Broken. length_s: of the video.

    The first line counts as the beginning of the video: nothing says it better, and one that was
    written for another part of the drive ends at another moment than the pictures.
    """
    spoken = list(_sentences(text))
    timed = [(_when(one), one) for one in spoken if one.kind == b"RMC"]
    moments = [_at_s(one, clock) for clock, one in timed]
    known = [at_s for at_s in moments if at_s is not None]
    if not known:
        return Telemetry([]) if spoken else None
    dops = {one.fields[0]: _dop(one.fields) for one in spoken if one.kind == b"GGA"}
    readings = [
        reading
        for at_s, (clock, one) in zip(moments, timed, strict=True)
        if at_s is not None
        and clock is not None
        and (reading := _reading(at_s - known[0], clock, one.fields, dops)) is not None
    ]
    if readings and not covers(max(known) - known[0], length_s):
        return Unusable("has positions of another length than its pictures")
    return Telemetry(readings)


def covers(last_s: float, length_s: float) -> bool:
    """Whether what is written once a second, and last then, belongs to so long a video."""
    return abs(last_s + 0.5 - length_s) <= APART_S


def degrees(value: float, hemisphere: str, axis: str) -> float | None:
    """Of DDDMM.MMMM as receivers write it; None where it is none. axis: `NS` or `EW`."""
    most = 90 if axis == "NS" else 180
    if hemisphere not in set(axis) or not 0 <= value <= most * 100:
        return None
    whole, minutes = divmod(value, 100)
    if minutes >= 60:
        return None
    return (whole + minutes / 60) * (1 if hemisphere == axis[0] else -1)


def _sentences(text: bytes) -> Iterator[_Sentence]:
    """Those whose checksum is right. Raises Broken."""
    for count, found in enumerate(_LINE.finditer(text)):
        if count > 2 * MOST_READINGS:
            raise Broken
        if reduce(xor, found["said"]) == int(found["sum"], 16):
            stamp_s = None if found["ms"] is None else int(found["ms"]) / 1000
            fields = found["said"].decode("latin-1").split(",")[1:]
            yield _Sentence(stamp_s, found["kind"], fields + [""] * 12)


def _at_s(one: _Sentence, clock: datetime | None) -> float | None:
    """By the camera's stamp, else by the clock of the satellites."""
    if one.stamp_s is not None:
        return one.stamp_s
    return None if clock is None else clock.timestamp()


def _when(one: _Sentence) -> datetime | None:
    """Such as 120000.00 and 281126, also where there is no fix yet."""
    clock, date = one.fields[0], one.fields[8]
    if not re.fullmatch(r"\d{6}(\.\d{0,6})?", clock) or not re.fullmatch(r"\d{6}", date):
        return None
    try:
        whole = datetime.strptime(f"{date}{clock[:6]}+0000", "%d%m%y%H%M%S%z")
    except ValueError:
        return None
    return whole + timedelta(seconds=float(f"0{clock[6:]}"))


def _dop(fields: list[str]) -> float | None:
    """Horizontal; None where the receiver had no fix."""
    dop = _number(fields[7])
    return dop if fields[5] in {"1", "2", "3", "4", "5"} and dop > 0 else None


def _reading(
    at_s: float, clock: datetime, fields: list[str], dops: Mapping[str, float | None]
) -> Reading | None:
    time, status, lat, ns, lon, ew, knots, *_ = fields
    dop = dops.get(time, USUAL_DOP)
    y, x = degrees(_number(lat), ns, "NS"), degrees(_number(lon), ew, "EW")
    if status != "A" or fields[11] not in _MEASURED or dop is None or y is None or x is None:
        return None
    speed_mps = _number(knots) * KNOT_MPS
    if isnan(speed_mps):
        return Reading(at_s, x, y, None, dop * ERROR_M, clock)
    return Reading(at_s, x, y, speed_mps, accuracy_m(dop, speed_mps), clock)


def _number(text: str) -> float:
    """Not a number where it is none."""
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{0,9})?", text) else nan
