"""Metres on the WGS84 ellipsoid: bearings, distances and a flat plane around a place.

All of it rests on geodesics (Karney 2013, by PROJ, exact to nanometres), so the antimeridian and
the neighbourhood of the poles need no special care.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

Floats = NDArray[np.float64]

DEGREE_M: Final = 111_195.0
"""A degree of latitude, on average: for what need not be exact."""
_GEOD: Final = Geod(ellps="WGS84")
_SEMI_MAJOR_M: Final = 6_378_137.0
_ECCENTRICITY2: Final = 0.006_694_379_990_14


def check_position(lon: float, lat: float) -> None:
    """Raise ValueError unless lon and lat are finite degrees within ±180 and ±90."""
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise ValueError(f"not a position in degrees: lon {lon}, lat {lat}")


def moved(
    lon: float, lat: float, bearing_deg: float, distance_m: float
) -> tuple[float, float, float]:
    """Where one gets by walking straight on: (lon, lat, bearing of the walk on arrival).

    The bearing changes on the way because meridians meet at the poles.
    """
    lon2, lat2, back_deg = _GEOD.fwd(lon, lat, bearing_deg, distance_m)
    return float(lon2), float(lat2), (float(back_deg) + 180.0) % 360.0


def between(lon: float, lat: float, to_lon: float, to_lat: float) -> tuple[float, float]:
    """Bearing in degrees, 0..360, and distance in metres from one place to another."""
    bearing_deg, _, distance_m = _GEOD.inv(lon, lat, to_lon, to_lat)
    return float(bearing_deg) % 360.0, float(distance_m)


def earth_centred(lons: Sequence[float] | Floats, lats: Sequence[float] | Floats) -> Floats:
    """Earth-centred coordinates in metres, shape (n, 3), at height 0.

    Straight distances between them are shorter than the ground's by less than 1e-9 at 1 km.
    """
    lon, lat = np.radians(np.asarray(lons, float)), np.radians(np.asarray(lats, float))
    normal = _SEMI_MAJOR_M / np.sqrt(1.0 - _ECCENTRICITY2 * np.sin(lat) ** 2)
    return np.column_stack(
        (
            normal * np.cos(lat) * np.cos(lon),
            normal * np.cos(lat) * np.sin(lon),
            normal * (1.0 - _ECCENTRICITY2) * np.sin(lat),
        )
    )


@dataclass(frozen=True, slots=True)
class Plane:
    """Azimuthal equidistant plane around a place: metres east and north of it.

    Distances between two points are wrong by about d²/(6·R²) of their length, d being their
    distance from the origin: 1e-7 at 5 km, 4e-5 at 100 km. `turn_rad` tells how far north at a
    point leans from the plane's north; it matters only near the poles and far from the origin.
    """

    lon: float
    lat: float

    def flatten(
        self, lons: Sequence[float] | Floats, lats: Sequence[float] | Floats
    ) -> tuple[Floats, Floats, Floats]:
        """(east_m, north_m, turn_rad), each of shape (n,).

        turn_rad: bearing at the point minus bearing in the plane, of the same direction.
        """
        size = len(lons)
        out_deg, back_deg, distance_m = _GEOD.inv(
            np.full(size, self.lon), np.full(size, self.lat), np.array(lons), np.array(lats)
        )
        out = np.radians(out_deg)
        turn = np.where(distance_m > 1e-6, np.radians(back_deg) + np.pi - out, 0.0)
        turn = np.remainder(turn + np.pi, 2 * np.pi) - np.pi
        return distance_m * np.sin(out), distance_m * np.cos(out), turn

    def unflatten(self, east_m: float, north_m: float) -> tuple[float, float, float]:
        """(lon, lat, turn_rad) of a point in the plane."""
        distance_m = math.hypot(east_m, north_m)
        out_deg = math.degrees(math.atan2(east_m, north_m))
        lon, lat, arrival_deg = moved(self.lon, self.lat, out_deg, distance_m)
        return lon, lat, math.remainder(math.radians(arrival_deg - out_deg), 2 * math.pi)


def turned(cov: Floats, turn_rad: float | Floats) -> Floats:
    """Covariances (…, 2, 2) east/north at points, as seen in the plane, for `turn_rad` of each.

    The other way round with −turn_rad.
    """
    cos, sin = np.cos(turn_rad), np.sin(turn_rad)
    rotation = np.moveaxis(np.array([[cos, -sin], [sin, cos]]), (0, 1), (-2, -1))
    result: Floats = rotation @ cov @ np.swapaxes(rotation, -1, -2)
    return result


def radius95_m(cov: Floats) -> float:
    """Radius that holds 95 % of a 2-D Gaussian with this covariance (2, 2), for any axes.

    Cubic in the ratio of the axes (Leenhouts, "On the computation of bi-normal radial error",
    Navigation 32, 1985); right to 0.2 %.
    """
    smaller, larger = np.sqrt(np.maximum(np.linalg.eigvalsh(cov), 0.0))
    if larger == 0.0:
        return 0.0
    ratio = smaller / larger
    factor = 1.960790 + 0.004071 * ratio + 0.114276 * ratio**2 + 0.371625 * ratio**3
    return float(larger * factor)
