"""Where vehicles drove: the paths of devices over a plane, and where these pass a thing."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
import shapely

from hazardmap.core.geometry.geodesy import Floats, Plane
from hazardmap.core.seeing.tracks import TrackPoint, segments

OFFSET_M: Final = 20.0
"""What is farther from a path than this does not stand along that road."""
_STEP_M: Final = 8.0  # a vehicle that waits leaves a tangle of fixes; a path has none closer
_LEAST_M: Final = 16.0  # a shorter path tells no direction
_TURN_M: Final = 30.0  # who heads back after no more than this has turned on the road
_BACK: Final = -0.5


class Seen(NamedTuple):
    """Where a device on the way placed a hazard: with the same error of position as its fixes."""

    captured_at: datetime
    hazard_id: UUID
    lon: float
    lat: float


class Track(NamedTuple):
    """What a device tells, in no order: its fixes, and where it saw hazards."""

    fixes: Collection[TrackPoint]
    seen: Collection[Seen] = ()


class Drive(NamedTuple):
    """One uninterrupted path. path_m: (n, 2), n ≥ 2. along_m: (n,), from its beginning.

    at_s: (n,), Unix time. seen: by hazard, (time, place (2,)) in order of time.
    """

    path_m: Floats
    along_m: Floats
    at_s: Floats
    seen: Mapping[UUID, Sequence[tuple[float, Floats]]]

    @property
    def line(self) -> shapely.LineString:
        return shapely.LineString(self.path_m)


class Visit(NamedTuple):
    """How a path comes by a place: where along it and when (Unix time), how far off, at which
    place of its own (2,), and in which direction (2,)."""

    along_m: float
    at_s: float
    off_m: float
    foot_m: Floats
    heading: Floats


def drives(tracks: Mapping[UUID, Track], plane: Plane) -> list[Drive]:
    """The paths of devices, by device and time. A path ends where it turns back on itself."""
    found = []
    for device_id in sorted(tracks):
        fixes = sorted(set(tracks[device_id].fixes), key=lambda p: (p.captured_at, p.lon, p.lat))
        seen = sorted(set(tracks[device_id].seen))
        for part in segments(fixes):
            path_m, at_s = _thinned(_on_plane(part, plane), _times(part))
            if len(path_m) > 2:
                found += [_drive(path_m[leg], at_s[leg], seen, plane) for leg in _legs(path_m)]
    return [drive for drive in found if drive.along_m[-1] >= _LEAST_M]


def _drive(path_m: Floats, at_s: Floats, seen: Sequence[Seen], plane: Plane) -> Drive:
    along_m = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(path_m, axis=0).T))))
    meanwhile = [s for s in seen if at_s[0] <= s.captured_at.timestamp() <= at_s[-1]]
    return Drive(path_m, along_m, at_s, _by_hazard(meanwhile, plane))


def _legs(path_m: Floats) -> Iterator[slice]:
    """The parts of a path between U-turns."""
    steps_m = np.diff(path_m, axis=0)
    length_m = np.hypot(*steps_m.T)
    heading, along_m = steps_m / length_m[:, None], np.cumsum(length_m)
    first = 0
    for i in range(1, len(steps_m)):
        recent = np.flatnonzero(along_m[first:i] >= along_m[i] - _TURN_M) + first
        if len(recent) and np.min(heading[recent] @ heading[i]) < _BACK:
            yield slice(first, i + 1)
            first = i
    yield slice(first, len(path_m))


def visits(drive: Drive, places_m: Floats) -> list[list[Visit]]:
    """For each of the places (k, 2): every time that the path comes within OFFSET_M of it.

    A path that leaves that circle and comes back has come by twice.
    """
    result: list[list[Visit]] = [[] for _ in places_m]
    low_m, high_m = drive.path_m.min(axis=0) - OFFSET_M, drive.path_m.max(axis=0) + OFFSET_M
    around = np.flatnonzero(((places_m >= low_m) & (places_m <= high_m)).all(axis=1))
    start, step = drive.path_m[:-1], np.diff(drive.path_m, axis=0)
    to = places_m[around, None] - start[None]
    share = np.clip((to * step).sum(axis=-1) / (step**2).sum(axis=-1), 0.0, 1.0)
    off_m = np.hypot(*np.moveaxis(to - share[..., None] * step, -1, 0))
    for place, shares, offs_m in zip(around.tolist(), share, off_m, strict=True):
        near = np.flatnonzero(offs_m <= OFFSET_M)
        times = np.split(near, np.flatnonzero(np.diff(near) > 1) + 1) if len(near) else []
        closest = [int(one[np.argmin(offs_m[one])]) for one in times]
        result[place] = [_visit(drive, i, float(shares[i]), float(offs_m[i])) for i in closest]
    return result


def _visit(drive: Drive, segment: int, share: float, off_m: float) -> Visit:
    start_m, end_m = drive.path_m[segment : segment + 2]
    low_m, high_m = drive.along_m[segment : segment + 2]
    low_s, high_s = drive.at_s[segment : segment + 2]
    return Visit(
        along_m=float(low_m + share * (high_m - low_m)),
        at_s=float(low_s + share * (high_s - low_s)),
        off_m=off_m,
        foot_m=start_m + share * (end_m - start_m),
        heading=(end_m - start_m) / (high_m - low_m),
    )


def aside_m(drive: Drive, visit: Visit, hazard_id: UUID) -> float | None:
    """How far beside the path the hazard stands, by the drive's own sighting; None without one.

    The error of position that the drive's fixes and sightings share is no part of it.
    """
    sightings = drive.seen.get(hazard_id)
    if not sightings:
        return None
    _, place_m = min(sightings, key=lambda sighting: abs(sighting[0] - visit.at_s))
    (east_m, north_m), (east, north) = place_m - visit.foot_m, visit.heading
    return abs(float(east * north_m - north * east_m))


def _by_hazard(seen: Sequence[Seen], plane: Plane) -> Mapping[UUID, Sequence[tuple[float, Floats]]]:
    found: dict[UUID, list[tuple[float, Floats]]] = defaultdict(list)
    for sighting, place_m in zip(seen, _on_plane(seen, plane), strict=True):
        found[sighting.hazard_id].append((sighting.captured_at.timestamp(), place_m))
    return found


def _times(fixes: Sequence[TrackPoint]) -> Floats:
    return np.array([fix.captured_at.timestamp() for fix in fixes])


def _on_plane(places: Sequence[TrackPoint] | Sequence[Seen], plane: Plane) -> Floats:
    east_m, north_m, _ = plane.flatten([p.lon for p in places], [p.lat for p in places])
    return np.column_stack((east_m, north_m))


def _thinned(path_m: Floats, at_s: Floats) -> tuple[Floats, Floats]:
    kept = [0]
    for i, place_m in enumerate(path_m):
        if np.hypot(*(place_m - path_m[kept[-1]])) >= _STEP_M:
            kept.append(i)
    return path_m[kept], at_s[kept]
