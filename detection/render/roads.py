"""Streets from an OpenStreetMap extract: read, joined end to end, and picked by seed.

Input is GeoJSON with one LineString a way and the properties that GDAL's OSM driver writes
(`osm_id`, `name`, `highway`, `other_tags`). Ways are cut at junctions and changes of tags, so a
street is made by following ways that go straight on.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from math import atan2, cos, degrees, radians, sin, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from detection.render.camera import Floats

DRIVEABLE = frozenset({"primary", "secondary", "tertiary", "unclassified", "residential"})
SHORTEST_M = 250.0
STRAIGHT_ON_DEG = 35.0
WINDOW_M = 40
SHARPEST_DEG = 35.0
_SMOOTH_M = 5.0

Position = tuple[float, float]


class RoadsError(ValueError):
    """The road file cannot be read, or holds no street that is long and straight enough."""


@dataclass(frozen=True)
class LocalFrame:
    """Metres east and north of an origin on WGS 84, by its radii of curvature there.

    The error grows as east * north * tan(latitude) / 6,371 km: 4 cm at 400 m and 60 degrees.
    """

    lon: float
    lat: float

    @property
    def metres_per_degree(self) -> tuple[float, float]:
        """Metres in one degree of longitude and of latitude."""
        a, e2, phi = 6_378_137.0, 0.006_694_379_990_14, radians(self.lat)
        w = sqrt(1 - e2 * sin(phi) ** 2)
        return radians(a * cos(phi) / w), radians(a * (1 - e2) / w**3)

    def to_m(self, positions: list[Position]) -> Floats:
        """(lon, lat) pairs as metres, shape (n, 2)."""
        return (np.array(positions) - (self.lon, self.lat)) * self.metres_per_degree

    def to_lonlat(self, east_m: float, north_m: float) -> Position:
        """Metres as (lon, lat)."""
        per_lon, per_lat = self.metres_per_degree
        return self.lon + east_m / per_lon, self.lat + north_m / per_lat


@dataclass(frozen=True)
class Section:
    """A stretch of street: a point every metre (n, 2) in the direction of travel."""

    name: str
    highway: str
    oneway: bool
    frame: LocalFrame
    points_m: Floats

    @property
    def length_m(self) -> float:
        """Length along the centre line."""
        return float(len(self.points_m) - 1)


@dataclass(frozen=True)
class _Way:
    osm_id: str
    name: str
    highway: str
    oneway: bool
    positions: tuple[Position, ...]

    def heading(self, at_end: bool) -> float:
        (x0, y0), (x1, y1) = self.positions[-2:] if at_end else self.positions[:2]
        return degrees(atan2((x1 - x0) * cos(radians(y0)), y1 - y0))

    def reversed(self) -> "_Way":
        return _Way(self.osm_id, self.name, self.highway, False, self.positions[::-1])


def pick_section(roads: Path, *, seed: int, length_m: float) -> Section:
    """One street section of at least 250 m and at most length_m, the same for the same seed.

    Raises RoadsError where the file is no such GeoJSON or holds no suitable street.
    """
    ways = _read(roads)
    starts: dict[Position, list[_Way]] = defaultdict(list)
    for way in ways:
        starts[way.positions[0]].append(way)
    sections = [s for s in (_section(_chain(way, starts), length_m) for way in ways) if s]
    if not sections:
        raise RoadsError(f"{roads.name}: no driveable street of {SHORTEST_M:.0f} m or more")
    return sections[int(np.random.default_rng([seed, 1]).integers(len(sections)))]


def _read(roads: Path) -> list[_Way]:
    try:
        features = json.loads(roads.read_text(encoding="utf-8"))["features"]
        ways = [way for feature in features if (way := _way(feature))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RoadsError(f"{roads}: not a GeoJSON of roads ({error})") from error
    ways.sort(key=lambda way: (way.osm_id, way.positions))
    return ways + [way.reversed() for way in ways if not way.oneway]


def _way(feature: dict[str, Any]) -> _Way | None:
    properties, geometry = feature["properties"], feature["geometry"]
    tags = dict(re.findall(r'"([^"]+)"=>"([^"]*)"', properties.get("other_tags") or ""))
    hidden = tags.get("tunnel", "no") != "no" or tags.get("covered", "no") != "no"
    wanted = properties.get("highway") in DRIVEABLE and not hidden
    if not wanted or geometry["type"] != "LineString" or len(geometry["coordinates"]) < 2:
        return None
    positions = tuple((float(lon), float(lat)) for lon, lat, *_ in geometry["coordinates"])
    oneway = tags.get("oneway") in {"yes", "true", "1"}
    name = properties.get("name") or ""
    return _Way(str(properties.get("osm_id")), name, properties["highway"], oneway, positions)


def _turn(before: _Way, after: _Way) -> float:
    return abs((after.heading(at_end=False) - before.heading(at_end=True) + 180) % 360 - 180)


def _chain(way: _Way, starts: dict[Position, list[_Way]]) -> list[_Way]:
    """Follow the street straight on, by the same name where there is one."""
    chain, used = [way], {way.osm_id}
    while len(chain) < 60:
        here = chain[-1]
        ahead = [w for w in starts[here.positions[-1]] if w.osm_id not in used]
        straight = [w for w in ahead if _turn(here, w) < STRAIGHT_ON_DEG]
        if not straight:
            break
        chain.append(min(straight, key=lambda w: (w.name != here.name, _turn(here, w), w.osm_id)))
        used.add(chain[-1].osm_id)
    return chain


def _section(chain: list[_Way], length_m: float) -> Section | None:
    positions = list(chain[0].positions)
    for way in chain[1:]:
        positions += way.positions[1:]
    frame = LocalFrame(*positions[0])
    points = _every_metre(frame.to_m(positions))[: int(length_m) + 1]
    if len(points) - 1 < SHORTEST_M or _sharpest_deg(points) > SHARPEST_DEG:
        return None
    return Section(chain[0].name, chain[0].highway, chain[0].oneway, frame, points)


def _every_metre(points: Floats) -> Floats:
    """The line resampled every metre and rounded off at its corners (Gaussian, 5 m)."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.arange(0.0, along[-1], 1.0)
    line = np.stack([np.interp(at, along, points[:, i]) for i in (0, 1)], axis=1)
    reach = int(3 * _SMOOTH_M)
    if len(line) <= 2 * reach:
        return line
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _SMOOTH_M) ** 2)
    weights /= weights.sum()
    head = 2 * line[0] - line[reach:0:-1]
    tail = 2 * line[-1] - line[-2 : -reach - 2 : -1]
    padded = np.concatenate([head, line, tail])
    return np.stack([np.convolve(padded[:, i], weights, "valid") for i in (0, 1)], axis=1)


def _sharpest_deg(points: Floats) -> float:
    """The largest change of heading within 40 m."""
    steps = np.diff(points, axis=0)
    heading = np.unwrap(np.arctan2(steps[:, 0], steps[:, 1]))
    return float(np.degrees(np.abs(heading[WINDOW_M:] - heading[:-WINDOW_M]).max()))
