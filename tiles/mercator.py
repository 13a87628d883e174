"""The tile grid in Web Mercator (EPSG:3857): addresses to bounds, degrees to metres."""

import math
from dataclasses import dataclass
from typing import Final

EARTH_RADIUS_M: Final = 6_378_137.0
HALF_WORLD_M: Final = math.pi * EARTH_RADIUS_M
MAX_LAT_DEG: Final = math.degrees(math.atan(math.sinh(math.pi)))
MAX_ZOOM: Final = 22
BUFFER_SHARE: Final = 64 / 4096
GRID_ZOOM: Final = MAX_ZOOM
_GRID_UNITS: Final = 4096 << GRID_ZOOM


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile address (XYZ scheme, y from the north)."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether z is 0..22 and x, y lie inside the grid of that zoom."""
        return 0 <= self.z <= MAX_ZOOM and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres."""
        size_m = 2 * HALF_WORLD_M / (1 << self.z)
        west = self.x * size_m - HALF_WORLD_M
        north = HALF_WORLD_M - self.y * size_m
        return west, north - size_m, west + size_m, north

    def box_deg(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees of what is drawn: the tile and its buffer.

        All four lie within ±180 and ±90; west > east says that the box crosses the antimeridian.
        """
        west, south, east, north = self.bounds_m()
        buffer_m = (east - west) * BUFFER_SHARE
        south_deg, north_deg = _lat_deg(south - buffer_m), _lat_deg(north + buffer_m)
        if self.z == 0:
            return -180.0, south_deg, 180.0, north_deg
        west_deg = math.degrees((west - buffer_m) / EARTH_RADIUS_M)
        east_deg = math.degrees((east + buffer_m) / EARTH_RADIUS_M)
        return _turned(west_deg), south_deg, _turned(east_deg), north_deg

    def quadkeys(self) -> tuple[int, int]:
        """The first quadkey of GRID_ZOOM in this tile, and the first behind it."""
        finer = 2 * (GRID_ZOOM - self.z)
        key = quadkey(self.x, self.y, self.z)
        return key << finer, key + 1 << finer


def to_metres(lon: float, lat: float) -> tuple[float, float]:
    """Degrees to Web Mercator metres; latitudes beyond ±85.05° are put on the edge."""
    lat = max(-MAX_LAT_DEG, min(MAX_LAT_DEG, lat))
    x = math.radians(lon) * EARTH_RADIUS_M
    y = math.asinh(math.tan(math.radians(lat))) * EARTH_RADIUS_M
    return x, y


def to_shares(lon: float, lat: float) -> tuple[float, float]:
    """Degrees to shares of the square world, from its north-western corner; y is within 0..1."""
    x_m, y_m = to_metres(lon, lat)
    y = (HALF_WORLD_M - y_m) / (2 * HALF_WORLD_M)
    return (x_m + HALF_WORLD_M) / (2 * HALF_WORLD_M), max(0.0, min(1.0, y))


def tile_at(lon: float, lat: float, zoom: int) -> Tile:
    """The tile that a place lies in."""
    last = (1 << zoom) - 1
    x, y = (min(int(share * (last + 1)), last) for share in to_shares(lon, lat))
    return Tile(zoom, x, y)


def place_at(lon: float, lat: float) -> tuple[int, int]:
    """Degrees to the whole units, 4096 a tile, of the tiles of GRID_ZOOM."""
    x, y = (min(int(share * _GRID_UNITS), _GRID_UNITS - 1) for share in to_shares(lon, lat))
    return x, y


def degrees_at(x: int, y: int) -> tuple[float, float]:
    """The north-western corner of a unit of the grid of `place_at`, in degrees."""
    width_m = 2 * HALF_WORLD_M / _GRID_UNITS
    return math.degrees(x * width_m / EARTH_RADIUS_M) - 180.0, _lat_deg(HALF_WORLD_M - y * width_m)


def quadkey(x: int, y: int, zoom: int) -> int:
    """The bits of a tile's address, y and x in turn: tiles within one are a range of numbers."""
    return sum((x >> bit & 1) << 2 * bit | (y >> bit & 1) << 2 * bit + 1 for bit in range(zoom))


def _lat_deg(y_m: float) -> float:
    clamped = max(-HALF_WORLD_M, min(HALF_WORLD_M, y_m))
    return math.degrees(math.atan(math.sinh(clamped / EARTH_RADIUS_M)))


def _turned(lon_deg: float) -> float:
    """The same meridian within ±180."""
    return math.remainder(lon_deg, 360.0)
