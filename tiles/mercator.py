"""The tile grid in Web Mercator (EPSG:3857): addresses to bounds, degrees to metres."""

import math
from dataclasses import dataclass
from typing import Final

EARTH_RADIUS_M: Final = 6_378_137.0
HALF_WORLD_M: Final = math.pi * EARTH_RADIUS_M
MAX_LAT_DEG: Final = math.degrees(math.atan(math.sinh(math.pi)))
MAX_ZOOM: Final = 22


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

    def bounds_deg(self, margin_m: float = 0.0) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees, `margin_m` Mercator metres wider on each side.

        West may lie below −180 and east beyond 180.
        """
        west, south, east, north = self.bounds_m()
        return (
            math.degrees((west - margin_m) / EARTH_RADIUS_M),
            _lat_deg(south - margin_m),
            math.degrees((east + margin_m) / EARTH_RADIUS_M),
            _lat_deg(north + margin_m),
        )


def to_metres(lon: float, lat: float) -> tuple[float, float]:
    """Degrees to Web Mercator metres; latitudes beyond ±85.05° are put on the edge."""
    lat = max(-MAX_LAT_DEG, min(MAX_LAT_DEG, lat))
    x = math.radians(lon) * EARTH_RADIUS_M
    y = math.asinh(math.tan(math.radians(lat))) * EARTH_RADIUS_M
    return x, y


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """The tile of zoom z in which a position lies."""
    x_m, y_m = to_metres(lon, lat)
    last = (1 << z) - 1
    x = int((x_m + HALF_WORLD_M) / (2 * HALF_WORLD_M) * (1 << z))
    y = int((HALF_WORLD_M - y_m) / (2 * HALF_WORLD_M) * (1 << z))
    return Tile(z, min(max(x, 0), last), min(max(y, 0), last))


def _lat_deg(y_m: float) -> float:
    clamped = max(-HALF_WORLD_M, min(HALF_WORLD_M, y_m))
    return math.degrees(math.atan(math.sinh(clamped / EARTH_RADIUS_M)))
