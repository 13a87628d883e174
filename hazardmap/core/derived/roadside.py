"""On which way of its road a thing stands: the drives that pass it, and which of them are its own.

A drive that saw a thing knows how far beside its path that stands, whatever the error of its
position was. The way whose drives pass closer is the thing's own. Where the drives do not tell
yet, both ways are possible, and all things of one road decide together (`one_way`).
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from math import cos, radians
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from hazardmap.core.derived.drives import OFFSET_M, Drive, Visit, aside_m, visits
from hazardmap.core.geometry.geodesy import Floats

_ONE_ROAD: Final = cos(radians(60.0))  # what crosses more steeply drives along another road
_CLEAR_SEEN_M: Final = 2.0  # a clear difference between the ways, where both saw the thing
_CLEAR_M: Final = 8.0  # … and by positions alone


class Stop(NamedTuple):
    """A drive (by number) passes a thing (by number). aside_m: how far beside it that stands.

    seen: by its own sighting, else on the map. sign: +1 or −1, the two ways of the thing's road.
    """

    drive: int
    thing: int
    visit: Visit
    aside_m: float
    seen: bool
    sign: int = 1


def stops(ids: Sequence[UUID], places_m: Floats, paths: Sequence[Drive]) -> list[Stop]:
    """Where the paths pass things (k, 2) along their roads: on their own way, if that is clear."""
    by_thing: dict[int, list[Stop]] = defaultdict(list)
    for number, path in enumerate(paths):
        for thing, times in enumerate(visits(path, places_m)):
            for visit in times:
                seen_m = aside_m(path, visit, ids[thing])
                off_m = visit.off_m if seen_m is None else seen_m
                by_thing[thing].append(Stop(number, thing, visit, off_m, seen_m is not None))
    return [stop for thing in sorted(by_thing) for stop in _own_way(_along(by_thing[thing]))]


def one_way(linked: Iterable[Stop]) -> list[Stop]:
    """Of the stops at things along one road, those of the way that is clearer for all together."""
    by_thing: dict[int, list[Stop]] = defaultdict(list)
    for stop in linked:
        by_thing[stop.thing].append(stop)
    turn = _turns(by_thing)
    total = sum(turn[thing] * _margin_m(of_thing) for thing, of_thing in by_thing.items())
    way = 1 if total >= 0.0 else -1
    return [
        stop
        for thing, of_thing in by_thing.items()
        for stop in of_thing
        if stop.sign * turn[thing] == way
    ]


def _along(of_thing: Sequence[Stop]) -> list[Stop]:
    """Without crossing roads. The way of the drive that comes closest is +1."""
    nearest = min(of_thing, key=lambda stop: stop.aside_m).visit.heading
    cosines = [float(stop.visit.heading @ nearest) for stop in of_thing]
    return [
        stop._replace(sign=1 if cosine > 0.0 else -1)
        for stop, cosine in zip(of_thing, cosines, strict=True)
        if abs(cosine) >= _ONE_ROAD
    ]


def _own_way(of_thing: Sequence[Stop]) -> Sequence[Stop]:
    margin_m = _margin_m(of_thing)
    seen = {stop.sign for stop in of_thing if stop.seen}
    if abs(margin_m) < (_CLEAR_SEEN_M if seen == {1, -1} else _CLEAR_M):
        return of_thing
    return [stop for stop in of_thing if (stop.sign > 0) == (margin_m > 0.0)]


def _margin_m(of_thing: Sequence[Stop]) -> float:
    """How much closer the drives of the way +1 come; OFFSET_M at most, and where nobody else does.

    Drives that have seen the thing count, others only where none has.
    """
    off_m = {}
    for sign in (1, -1):
        of_way = [stop for stop in of_thing if stop.sign == sign]
        best = [stop.aside_m for stop in of_way if stop.seen] or [s.aside_m for s in of_way]
        off_m[sign] = float(np.median(best)) if best else OFFSET_M + 99.0
    return min(max(off_m[-1] - off_m[1], -OFFSET_M), OFFSET_M)


def _turns(by_thing: Mapping[int, Sequence[Stop]]) -> dict[int, int]:
    """For each thing +1 or −1, so that sign · turn is the same all along a drive."""
    by_drive: dict[int, list[Stop]] = defaultdict(list)
    for of_thing in by_thing.values():
        for stop in of_thing:
            by_drive[stop.drive].append(stop)
    turn: dict[int, int] = {}
    for first in sorted(by_thing):
        edge = deque([] if first in turn else [first])
        turn.setdefault(first, 1)
        while edge:
            for stop in by_thing[edge.popleft()]:
                for other in by_drive[stop.drive]:
                    if other.thing not in turn:
                        turn[other.thing] = turn[stop.thing] * stop.sign * other.sign
                        edge.append(other.thing)
    return turn
