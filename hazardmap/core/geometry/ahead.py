"""What lies ahead of a moving vehicle: a wedge that opens as roads may bend."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hazardmap.core.geometry.area import Circle
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.core.geometry.geodesy import Floats, Plane, moved

MAX_REACH_M = 20_000.0
_HERE_M = 0.01  # what is exactly at the vehicle is ahead of it, whatever rounding says


@dataclass(frozen=True, slots=True)
class Ahead:
    """heading_deg: 0..360. reach_m: how far, at most MAX_REACH_M. corridor_m: half of the width
    at the vehicle. spread_deg: by how much each side opens, 0..60.
    """

    lon: float
    lat: float
    heading_deg: float
    reach_m: float
    corridor_m: float
    spread_deg: float

    def box(self) -> Bbox:
        """A box that holds all of it."""
        lon, lat, _ = moved(self.lon, self.lat, self.heading_deg, self.reach_m / 2.0)
        radius_m = math.hypot(self.reach_m / 2.0, self._half_m(self.reach_m))
        return Circle(lon, lat, radius_m).box()

    def found(self, lons: Sequence[float], lats: Sequence[float]) -> tuple[Floats, Floats]:
        """(distance_m, offset_m), each (n,): as the crow flies, and to the right (> 0).

        The distance is infinite where a position is not ahead.
        """
        east_m, north_m, _ = Plane(self.lon, self.lat).flatten(lons, lats)
        heading = math.radians(self.heading_deg)
        along_m = east_m * math.sin(heading) + north_m * math.cos(heading)
        right_m: Floats = east_m * math.cos(heading) - north_m * math.sin(heading)
        distance_m = (east_m**2 + north_m**2) ** 0.5
        distance_m[(along_m < -_HERE_M) | (along_m > self.reach_m)] = math.inf
        distance_m[abs(right_m) > self._half_m(along_m)] = math.inf
        return distance_m, right_m

    def _half_m(self, along_m: Any) -> Any:
        return self.corridor_m + along_m * math.tan(math.radians(self.spread_deg))
