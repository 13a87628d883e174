"""Where vehicles drove: the paths of devices over a plane, and where these pass a thing."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
import shapely

from hazardmap.core.geodesy import Floats, Plane
from hazardmap.core.tracks import TrackPoint, segments

OFFSET_M: Final = 20.0
"""What is farther from a path than this does not stand along that road."""
_STEP_M: Final = 8.0  # a vehicle that waits leaves a tangle of fixes; a path has none closer
_LEAST_M: Final = 16.0  # a shorter path tells no direction


class Drive(NamedTuple):
    """One uninterrupted path. path_m: (n, 2), n ≥ 3. along_m: (n,), from its beginning."""

    path_m: Floats
    along_m: Floats

    @property
    def line(self) -> shapely.LineString:
        return shapely.LineString(self.path_m)


class Visit(NamedTuple):
    """How a path comes by a place: where along it, how far off, and in which direction (2,)."""

    along_m: float
    off_m: float
    heading: Floats


def drives(tracks: Mapping[UUID, Collection[TrackPoint]], plane: Plane) -> list[Drive]:
    """The paths of devices, by device and time. The order of a device's fixes is no matter."""
    found = []
    for device_id in sorted(tracks):
        fixes = sorted(set(tracks[device_id]), key=lambda p: (p.captured_at, p.lon, p.lat))
        for part in segments(fixes):
            path_m = _thinned(_on_plane(part, plane))
            steps_m = np.hypot(*np.diff(path_m, axis=0).T)
            if steps_m.sum() >= _LEAST_M:
                found.append(Drive(path_m, np.concatenate(([0.0], np.cumsum(steps_m)))))
    return found


def visits(drive: Drive, places_m: Floats) -> list[list[Visit]]:
    """For each of the places (k, 2): every time that the path comes within OFFSET_M of it.

    A path that leaves that circle and comes back has come by twice.
    """
    start, step = drive.path_m[:-1], np.diff(drive.path_m, axis=0)
    length_m = np.diff(drive.along_m)
    to = places_m[:, None] - start[None]
    share = np.clip((to * step).sum(axis=-1) / length_m**2, 0.0, 1.0)
    off_m = np.hypot(*np.moveaxis(to - share[..., None] * step, -1, 0))
    result = []
    for shares, offs_m in zip(share, off_m, strict=True):
        near = np.flatnonzero(offs_m <= OFFSET_M)
        times = np.split(near, np.flatnonzero(np.diff(near) > 1) + 1) if len(near) else []
        closest = [int(one[np.argmin(offs_m[one])]) for one in times]
        result.append(
            [
                Visit(
                    float(drive.along_m[i] + shares[i] * length_m[i]),
                    float(offs_m[i]),
                    step[i] / length_m[i],
                )
                for i in closest
            ]
        )
    return result


def _on_plane(fixes: Sequence[TrackPoint], plane: Plane) -> Floats:
    east_m, north_m, _ = plane.flatten([p.lon for p in fixes], [p.lat for p in fixes])
    return np.column_stack((east_m, north_m))


def _thinned(path_m: Floats) -> Floats:
    kept = [path_m[0]]
    for place_m in path_m[1:]:
        if np.hypot(*(place_m - kept[-1])) >= _STEP_M:
            kept.append(place_m)
    return np.array(kept)
