"""Which frames may speak: none of a drive that cannot have been, and no picture a second time.

What is left out here is no evidence at all: it makes no witness, neither for nor against.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from hazardmap.core.geometry.geodesy import earth_centred
from hazardmap.core.geometry.grid import cell

_ROAD_MPS: Final = 80.0
_PLANE_MPS: Final = 300.0
_FLIGHT: Final = timedelta(minutes=10)  # in less nobody boards a plane
_SLACK_M: Final = 30.0
_SLACK_SIGMAS: Final = 4.0
_SETTLED: Final = 1000  # one counts more than all that may be new at once
_CLOCK_SET_M: Final = 1000.0  # who drove on meanwhile has set the clock back, and not jumped

_CLOCK_SET_WITHIN: Final = timedelta(seconds=_CLOCK_SET_M / _ROAD_MPS)

SAME_BITS: Final = 3
"""Encoding a picture again changes no more bits of its hash than this (98 % of 250 pictures)."""
_ALIKE_BITS: Final = 8  # frames of a plain road differ by no more, whatever car took them
_PLAIN_BITS: Final = 12  # with so few bits set or unset there is nothing in the picture to compare
_BANDS: Final = 4  # one of so many parts of two hashes that differ by SAME_BITS is the same
_BAND_BITS: Final = 64 // _BANDS
_PLACE_RES: Final = 11  # H3, about 50 m wide
_NEAR_DEG: Final = 9e-5  # of latitude, 10 m; three cells meet at a corner, so 90° apart will do
_MIXERS: Final = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F  # odd, so that no bit is lost
_ONE_DRIVE: Final = timedelta(minutes=10)
_AROUND_M: Final = 10.0  # a car in a queue sees the same for long


class Doubt(StrEnum):
    """Why a frame is left out."""

    IMPOSSIBLE_SPEED = "impossible_speed"
    REPEATED_PICTURE = "repeated_picture"


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame: where and when it says that it was taken, and its perceptual hash.

    frame_id: ids grow with the time of receipt. phash: 64 bits, signed; None where nobody knows.
    """

    frame_id: UUID
    device_id: UUID
    captured_at: datetime
    lon: float
    lat: float
    accuracy_m: float
    phash: int | None


def impossible(track: Iterable[Shot], settled: Collection[UUID] = ()) -> set[UUID]:
    """Frames of one device that it cannot have taken if it took the others; order is of no matter.

    As many as possible are kept that can have been taken one after the other: slower than 80 m/s,
    or by plane within more than ten minutes. settled: frames that have spoken already; none of
    these is given up for new ones. Where the clock was set back within a drive, what came after is
    judged by itself, from the place where that happened.
    """
    received = sorted({shot.frame_id: shot for shot in track}.values(), key=lambda s: s.frame_id)
    off = {id_ for part in _by_clock(received) for id_ in _off_the_chain(part, settled)}
    return off.difference(settled)


def _by_clock(received: Sequence[Shot]) -> Iterator[list[Shot]]:
    """Parts of a track in order of receipt, cut where its clock jumps back on the way."""
    part: list[Shot] = []
    for shot in received:
        if part and shot.captured_at <= part[-1].captured_at and _near(part[-1], shot):
            yield part
            part = [replace(part[-1], captured_at=shot.captured_at - _CLOCK_SET_WITHIN)]
        part.append(shot)
    yield part


def _near(a: Shot, b: Shot) -> bool:
    return bool(_apart_m([a, b])[0, 1] <= _CLOCK_SET_M)


def _off_the_chain(part: Sequence[Shot], settled: Collection[UUID]) -> set[UUID]:
    """What is not on the heaviest chain of frames that can follow each other."""
    shots = sorted(part, key=lambda s: (s.captured_at, s.frame_id))
    follows = _can_follow(shots)
    if follows.diagonal(1).all():
        return set()
    weight = np.array([_SETTLED if s.frame_id in settled else 1 for s in shots])
    before = np.full(len(shots), -1)
    total = weight.copy()
    for i in range(1, len(shots)):
        reach = np.where(follows[:i, i], total[:i], 0)
        best = int(reach.argmax())
        if reach[best]:
            total[i], before[i] = weight[i] + reach[best], best
    kept, at = set(), int(total.argmax())
    while at >= 0:
        kept.add(shots[at].frame_id)
        at = int(before[at])
    return {shot.frame_id for shot in shots} - kept


def _can_follow(shots: Sequence[Shot]) -> NDArray[np.bool_]:
    """(n, n): whether a device can have come from one to another in time."""
    at = np.array([shot.captured_at.timestamp() for shot in shots])
    elapsed_s = np.abs(at[None] - at[:, None])
    fastest = np.where(elapsed_s <= _FLIGHT.total_seconds(), _ROAD_MPS, _PLANE_MPS)
    off_m = np.array([_SLACK_SIGMAS * shot.accuracy_m for shot in shots])
    slack_m = _SLACK_M + off_m[None] + off_m[:, None]
    result: NDArray[np.bool_] = _apart_m(shots) <= fastest * elapsed_s + slack_m
    return result


def _apart_m(shots: Sequence[Shot]) -> NDArray[np.float64]:
    """Straight distances, (n, n)."""
    places = earth_centred([s.lon for s in shots], [s.lat for s in shots])
    return np.asarray(np.linalg.norm(places[None] - places[:, None], axis=-1))


def picture_keys(shot: Shot) -> list[int]:
    """Under what a picture is kept: signed 64-bit numbers, none for one that shows nothing."""
    return _keys(shot, {cell(shot.lon, shot.lat, _PLACE_RES)})


def search_keys(shot: Shot) -> list[int]:
    """Every picture that is the same, and was taken within five metres, has one of these."""
    north = _NEAR_DEG
    east = _NEAR_DEG / max(math.cos(math.radians(shot.lat)), 0.01)
    offsets = (0.0, 0.0), (east, 0.0), (-east, 0.0), (0.0, north), (0.0, -north)
    places = (
        (math.remainder(shot.lon + de, 360.0), min(max(shot.lat + dn, -90.0), 90.0))
        for de, dn in offsets
    )
    return _keys(shot, {cell(*place, _PLACE_RES) for place in places})


def _keys(shot: Shot, cells: Iterable[int]) -> list[int]:
    if shot.phash is None or not _tells(shot.phash):
        return []
    bands = _bands(shot.phash % 2**64)
    return [
        (one * _MIXERS[0] + (n << _BAND_BITS | band) * _MIXERS[1]) % 2**64 - 2**63
        for one in cells
        for n, band in enumerate(bands)
    ]


@lru_cache(maxsize=1000)
def _bands(bits: int) -> tuple[int, ...]:
    """Every fourth bit each: neighbours in a picture are alike, and would tell less together."""
    return tuple(
        sum((bits >> (_BANDS * i + n) & 1) << i for i in range(_BAND_BITS)) for n in range(_BANDS)
    )


def same_picture(new: Shot, known: Shot) -> bool:
    """Whether these show the same, and not because one drive took both."""
    if new.phash is None or known.phash is None or not _tells(new.phash):
        return False
    apart = abs(new.captured_at - known.captured_at)
    one_drive = new.device_id == known.device_id and apart <= _ONE_DRIVE
    return not one_drive and _bits_apart(new.phash, known.phash) <= SAME_BITS


def plain(shot: Shot, around: Iterable[Shot]) -> bool:
    """Whether a picture is like its device's others from elsewhere: then it proves nothing.

    around: frames of its device from just before and after it. On a straight empty road every car
    sees the same for kilometres.
    """
    return any(
        other.frame_id != shot.frame_id
        and other.phash is not None
        and shot.phash is not None
        and _bits_apart(shot.phash, other.phash) <= _ALIKE_BITS
        and _apart_m([shot, other])[0, 1] > _AROUND_M
        for other in around
    )


def _tells(phash: int) -> bool:
    return _PLAIN_BITS <= (phash % 2**64).bit_count() <= 64 - _PLAIN_BITS


def _bits_apart(a: int, b: int) -> int:
    return ((a ^ b) % 2**64).bit_count()
