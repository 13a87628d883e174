"""The line of a work zone: along what was driven, from the first of its devices to the last."""

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from shapely.ops import substring

from hazardmap.core.derived.drives import OFFSET_M, Drive
from hazardmap.core.geometry.geodesy import Floats

REACH_M: Final = 150.0
"""Devices that are farther apart along the road do not belong together by themselves."""
NEAR_M: Final = OFFSET_M + 16.0
"""No device of a zone is farther from its line: as far as from a drive, and what drawing moves."""
_LEAST_LENGTH_M: Final = 10.0  # of a line, where all devices stand side by side
_STATION_M: Final = 10.0
_SAME_WAY_M: Final = 10.0  # drives farther apart are not averaged
_ALONG_M: Final = 40.0  # so far beyond its devices a drive still counts for the mean
_STRAIGHT_M: Final = 0.5  # bends smaller than this are noise


class Run(NamedTuple):
    """A part of a drive on which devices of one zone follow each other within REACH_M.

    stops: (metres along the drive, device), in order.
    """

    drive: Drive
    stops: tuple[tuple[float, int], ...]

    @property
    def devices(self) -> frozenset[int]:
        return frozenset(device for _, device in self.stops)

    def part(self, first_m: float, last_m: float) -> Floats:
        """The path between two places along the drive, (n, 2)."""
        first_m, last_m = max(first_m, 0.0), min(last_m, float(self.drive.along_m[-1]))
        return np.array(substring(self.drive.line, first_m, last_m).coords)

    def whole(self, beyond_m: float) -> Floats:
        """The path past all stops and a little further."""
        return self.part(self.stops[0][0] - beyond_m, self.stops[-1][0] + beyond_m)


class Leg(NamedTuple):
    """A part of the line: a run from one of its devices to another."""

    run: Run
    first_m: float
    last_m: float

    @property
    def devices(self) -> frozenset[int]:
        stops = self.run.stops
        return frozenset(device for s_m, device in stops if self.first_m <= s_m <= self.last_m)


def runs(drive: Drive, stops: Collection[tuple[float, int]]) -> Iterator[Run]:
    """The runs of one drive past the devices of one zone."""
    run: list[tuple[float, int]] = []
    for stop in sorted(stops):
        if run and stop[0] - run[-1][0] > REACH_M:
            yield Run(drive, tuple(run))
            run = []
        run.append(stop)
    if run:
        yield Run(drive, tuple(run))


def drawn(of_zone: Sequence[Run]) -> shapely.LineString:
    """A line past as many devices as possible: the mean of the drives there, in their direction.

    It follows the run with the most devices (the first of equals) and goes on, at both ends, with
    the runs that lead to the most others.
    """
    base = max(of_zone, key=lambda run: len(run.devices))
    (base_m, first), (end_m, last) = base.stops[0], base.stops[-1]
    ahead = list(_onward(of_zone, base.devices, last, ahead=True))
    covered = base.devices.union(*(leg.devices for leg in ahead))
    behind = list(_onward(of_zone, covered, first, ahead=False))
    legs = [*reversed(behind), Leg(base, base_m, end_m), *ahead]
    # Only the outer ends go on a little: where two legs meet, the line would turn back.
    legs[0] = legs[0]._replace(first_m=legs[0].first_m - _LEAST_LENGTH_M)
    legs[-1] = legs[-1]._replace(last_m=legs[-1].last_m + _LEAST_LENGTH_M)
    pieces = [leg.run.part(leg.first_m, leg.last_m) for leg in legs]
    return _mean(shapely.LineString(np.concatenate(pieces)), of_zone)


def _onward(
    of_zone: Sequence[Run], covered: frozenset[int], end: int, *, ahead: bool
) -> Iterator[Leg]:
    """The legs that lead on from the device at an end, one after the other."""
    while best := _farthest(of_zone, covered, end, ahead=ahead):
        run, at_m, last_m, end = best
        leg = Leg(run, *sorted((at_m, last_m)))
        covered |= leg.devices
        yield leg


def _farthest(
    of_zone: Sequence[Run], covered: frozenset[int], end: int, *, ahead: bool
) -> tuple[Run, float, float, int] | None:
    """The run that leads from the device at an end to the most that are not covered yet.

    With it where on it that device stands, where its last one, and which one that is.
    """
    best: tuple[Run, float, float, int] | None = None
    most = 0
    for run in of_zone:
        for index, (at_m, device) in enumerate(run.stops):
            beyond = run.stops[index + 1 :] if ahead else run.stops[:index]
            new = len({other for _, other in beyond} - covered)
            if device == end and new > most:
                last_m, last = beyond[-1 if ahead else 0]
                best, most = (run, at_m, last_m, last), new
    return best


def _mean(line: shapely.LineString, of_zone: Sequence[Run]) -> shapely.LineString:
    """The line moved sideways into the middle of all drives that go along it."""
    count = math.ceil(line.length / _STATION_M) + 1
    stations = shapely.line_interpolate_point(line, np.linspace(0.0, line.length, count))
    places = shapely.get_coordinates(stations)
    moves, number = np.zeros_like(places), np.zeros(count)
    for run in of_zone:
        path = shapely.LineString(run.whole(_ALONG_M))
        at_m = shapely.line_locate_point(path, stations)
        off = shapely.get_coordinates(shapely.line_interpolate_point(path, at_m)) - places
        along = (at_m > 0.0) & (at_m < path.length) & (np.hypot(*off.T) <= _SAME_WAY_M)
        moves[along] += off[along]
        number += along
    moved = shapely.LineString(places + moves / np.maximum(number, 1.0)[:, None])
    return shapely.simplify(moved, _STRAIGHT_M)


def cut(line: shapely.LineString, feet_m: Floats) -> shapely.LineString:
    """The line from the first of these places along it to the last, and at least 10 m of it."""
    first_m, last_m = float(feet_m.min()), float(feet_m.max())
    short_m = max(_LEAST_LENGTH_M - (last_m - first_m), 0.0)
    first_m = max(min(first_m - short_m / 2.0, line.length - _LEAST_LENGTH_M), 0.0)
    part = substring(line, first_m, max(last_m, first_m + _LEAST_LENGTH_M))
    return shapely.LineString(part.coords)
