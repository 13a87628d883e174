"""A route, and where things lie along it: how far on, on which side, and seen in which direction.

Between its positions a route follows geodesics. It is cut into short pieces that are straight in
earth-centred coordinates, so that poles and the antimeridian need no special care.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from scipy.spatial import cKDTree

from hazardmap.core.geometry.bbox import Bbox, wrapped
from hazardmap.core.geometry.geodesy import Floats, earth_centred
from hazardmap.core.geometry.polyline import decode
from hazardmap.core.geometry.positions import Position, geometry_of, read_position

MAX_POSITIONS: Final = 20_000
MAX_LENGTH_M: Final = 2_000_000.0
_PIECE_M: Final = 200.0
_ENVELOPE_M: Final = 1_000.0
_LEAST_DEGREE_M: Final = 110_500.0  # of latitude, the fewest anywhere
_SAME_WAY_DEG: Final = 45.0
_MOST_PAIRS: Final = 4_000_000
_PAIRS_AT_ONCE: Final = 100_000  # some 25 MB
_GEOD: Final = Geod(ellps="WGS84")


class WindsTooMuch(ValueError):
    """A route so dense in its corridor that finding what is nearest would take minutes."""


class Side(StrEnum):
    """Of the route, as one drives; ON where the hazard's own uncertainty reaches the route."""

    LEFT = "left"
    ON = "on"
    RIGHT = "right"


class Match(StrEnum):
    """How those who saw a hazard were driving, against the route's direction there."""

    SAME = "same"
    CROSSING = "crossing"
    OPPOSITE = "opposite"
    UNKNOWN = "unknown"


class Nearest(NamedTuple):
    """Where the route passes things most closely, arrays of shape (n,).

    along_m: from its beginning, whole millimetres. offset_m: > 0 to the right; infinite where it
    is out of reach. bearing_deg: the route's direction there, 0..360.
    """

    along_m: Floats
    offset_m: Floats
    bearing_deg: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """lons, lats, along_m: of the ends of its pieces, shape (n + 1,). bearings_deg: (n,)."""

    lons: Floats
    lats: Floats
    along_m: Floats
    bearings_deg: Floats

    @classmethod
    def through(cls, positions: Sequence[Position]) -> "Route":
        """Raises ValueError on fewer than two different positions, and on too many or too long."""
        if len(positions) > MAX_POSITIONS:
            raise ValueError(f"has {len(positions)} positions; at most {MAX_POSITIONS} are taken")
        lons, lats = np.array(positions, float).reshape(-1, 2).T
        bearings, _, steps = _GEOD.inv(lons[:-1], lats[:-1], lons[1:], lats[1:])
        moves = steps > 1e-3
        length_m = float(steps.sum())
        if not moves.any():
            raise ValueError("must have two different positions")
        if length_m > MAX_LENGTH_M:
            raise ValueError(
                f"is {length_m / 1000:.0f} km long; at most {MAX_LENGTH_M / 1000:.0f} km are taken"
            )
        return cls._cut(lons[:-1][moves], lats[:-1][moves], bearings[moves], steps[moves])

    @classmethod
    def _cut(cls, lons: Floats, lats: Floats, bearings: Floats, steps: Floats) -> "Route":
        pieces = np.ceil(steps / _PIECE_M).astype(int)
        which = np.repeat(np.arange(len(steps)), pieces)
        nth = np.arange(len(which)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        out_m = nth * (steps / pieces)[which]
        starts = _GEOD.fwd(lons[which], lats[which], bearings[which], out_m)
        end = _GEOD.fwd(lons[-1], lats[-1], bearings[-1], steps[-1])
        along_m = np.append((np.cumsum(steps) - steps)[which] + out_m, steps.sum())
        all_lons, all_lats = np.append(starts[0], end[0]), np.append(starts[1], end[1])
        towards, _, _ = _GEOD.inv(all_lons[:-1], all_lats[:-1], all_lons[1:], all_lats[1:])
        return cls(all_lons, all_lats, along_m, np.remainder(towards, 360.0))

    @property
    def length_m(self) -> float:
        """Whole millimetres, as `nearest` tells them: nothing lies along it beyond its end."""
        return float(np.round(self.along_m[-1], 3))

    def envelopes(self, from_m: float, to_m: float, margin_m: float) -> list[Bbox]:
        """Boxes that hold everything within margin_m of the route between two distances, or at one.

        What stands beyond the end of a route is at its end.
        """
        pieces = len(self.bearings_deg)
        first = int(np.searchsorted(self.along_m, from_m, "right")) - 1
        first = min(max(first, 0), pieces - 1)
        last = int(np.searchsorted(self.along_m, to_m, "left"))
        last = max(min(last, pieces), first + 1)
        boxes = []
        while first < last:
            end = int(np.searchsorted(self.along_m, self.along_m[first] + _ENVELOPE_M, "right")) - 1
            end = min(max(end, first + 1), last)
            boxes.append(_box(self.lons[first : end + 1], self.lats[first : end + 1], margin_m))
            first = end
        return boxes

    def nearest(self, lons: Sequence[float], lats: Sequence[float], reach_m: float) -> Nearest:
        """Where it passes these positions within reach_m; the first place of several as near.

        Raises WindsTooMuch.
        """
        ends = earth_centred(self.lons, self.lats)
        begin, step = ends[:-1], np.diff(ends, axis=0)
        longest_m = float(np.sqrt((step**2).sum(axis=1).max()))
        things = earth_centred(lons, lats).reshape(-1, 3)
        tree, radius_m = cKDTree(begin + step / 2), reach_m + longest_m / 2 + 1.0
        counts = np.asarray(tree.query_ball_point(things, radius_m, return_length=True), int)
        if counts.sum() > _MOST_PAIRS:
            raise WindsTooMuch("winds too much for its corridor: send fewer positions")
        result = Nearest(*(np.full(len(things), value) for value in (0.0, math.inf, 0.0)))
        for part in _slices(counts):
            near = tree.query_ball_point(things[part], radius_m)
            thing = np.repeat(np.arange(part.start, part.stop), counts[part])
            piece = np.concatenate([*near, []]).astype(int)
            share, off_m = _projected(things[thing] - begin[piece], begin[piece], step[piece])
            along_m = self.along_m[piece] + share * np.diff(self.along_m)[piece]
            order = np.lexsort((along_m, np.round(np.abs(off_m), 3), thing))
            best = order[np.searchsorted(thing[order], np.unique(thing))]
            best = best[np.abs(off_m[best]) <= reach_m]
            result.along_m[thing[best]] = np.round(along_m[best], 3)
            result.offset_m[thing[best]] = off_m[best]
            result.bearing_deg[thing[best]] = self.bearings_deg[piece[best]]
        return result


def read_route(value: object) -> Route:
    """The way through the positions of `read_line`. Raises ValueError."""
    return Route.through(read_line(value))


def read_line(value: object) -> list[Position]:
    """A GeoJSON LineString, or what `geometry_of` takes it from, or a polyline.

    The latter is {"polyline": …, "precision": 5 or 6}. Raises ValueError.
    """
    if isinstance(value, dict) and "polyline" in value:
        text, precision = value["polyline"], value.get("precision", 5)
        if not isinstance(text, str) or type(precision) is not int:
            raise ValueError("polyline must be a text, and precision 5 or 6")
        return decode(text, precision)
    geometry = geometry_of(value)
    coordinates = geometry.get("coordinates")
    if geometry.get("type") != "LineString" or not isinstance(coordinates, list):
        raise ValueError('must be a GeoJSON LineString or {"polyline": "…"}')
    if len(coordinates) > MAX_POSITIONS:
        raise ValueError(f"has {len(coordinates)} positions; at most {MAX_POSITIONS} are taken")
    positions = []
    for number, one in enumerate(coordinates):
        try:
            positions.append(read_position(one))
        except ValueError as error:
            raise ValueError(f"position {number} {error}") from None
    return positions


def side(offset_m: float, uncertainty_m: float) -> Side:
    """Of something offset_m to the right, known to uncertainty_m."""
    if abs(offset_m) <= uncertainty_m:
        return Side.ON
    return Side.RIGHT if offset_m > 0 else Side.LEFT


def match(bearing_deg: float, seen_headings_deg: Iterable[float]) -> Match:
    """The best of what those who saw it say: same before crossing before opposite."""
    turns = [abs(math.remainder(one - bearing_deg, 360.0)) for one in seen_headings_deg]
    if not turns:
        return Match.UNKNOWN
    if min(turns) <= _SAME_WAY_DEG:
        return Match.SAME
    return Match.CROSSING if min(turns) < 180.0 - _SAME_WAY_DEG else Match.OPPOSITE


def _slices(counts: NDArray[np.int_]) -> Iterator[slice]:
    """Of things with so many pieces near: each has _PAIRS_AT_ONCE or a single thing, at most."""
    upto, start = np.cumsum(counts), 0
    while start < len(counts):
        before = upto[start] - counts[start]
        stop = int(np.searchsorted(upto, before + _PAIRS_AT_ONCE, "right"))
        yield slice(start, max(stop, start + 1))
        start = max(stop, start + 1)


def _projected(towards: Floats, begin: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Share of each piece at its nearest place, 0..1, and the offset to the right in metres."""
    share = np.clip((towards * step).sum(axis=1) / (step**2).sum(axis=1), 0.0, 1.0)
    off = towards - share[:, None] * step
    right = np.cross(step, begin)  # away from the earth's middle is up
    sign = np.where((off * right).sum(axis=1) < 0.0, -1.0, 1.0)
    return share, sign * np.sqrt((off**2).sum(axis=1))


def _box(lons: Floats, lats: Floats, margin_m: float) -> Bbox:
    up_deg = (margin_m + 1.0) / _LEAST_DEGREE_M
    south, north = float(lats.min()) - up_deg, float(lats.max()) + up_deg
    if south <= -89.0 or north >= 89.0:
        return -180.0, max(south, -90.0), 180.0, min(north, 90.0)
    aside_deg = up_deg / math.cos(math.radians(max(abs(south), abs(north))))
    turned = np.where(lons < 0.0, lons + 360.0, lons) if np.ptp(lons) > 180.0 else lons
    west, east = float(turned.min()) - aside_deg, float(turned.max()) + aside_deg
    return wrapped(west), south, wrapped(east), north
