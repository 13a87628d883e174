"""The area within some metres of a route, as a region that can be looked up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry

from hazardmap.core.geometry.geodesy import DEGREE_M
from hazardmap.core.geometry.positions import Position
from hazardmap.core.geometry.region import Region, region_of
from hazardmap.core.geometry.route import Route

MAX_LENGTH_M: Final = 500_000.0
USUAL_M: Final = 25.0
"""To each side of a route, for whoever does not say: asked about and watched, it is the same."""
_FARTHEST_LAT: Final = 85.0
_PIECES: Final = 5
"""So many of a route's pieces (at most 200 m each) are widened at once, on one plane."""


@dataclass(frozen=True, slots=True)
class Watched:
    """An area that is watched; line and corridor_m: of the route whose corridor it is."""

    region: Region
    line: tuple[Position, ...] = ()
    corridor_m: float | None = None

    @classmethod
    def along(cls, line: Sequence[Position], corridor_m: float) -> "Watched":
        """Raises ValueError."""
        return cls(corridor(Route.through(line), corridor_m), tuple(line), corridor_m)


def corridor(route: Route, margin_m: float) -> Region:
    """Everything within about margin_m of the route (to 1 %). Raises ValueError."""
    if route.length_m > MAX_LENGTH_M:
        raise ValueError(
            f"is {route.length_m / 1000:.0f} km long; at most {MAX_LENGTH_M / 1000:.0f} km are "
            "watched"
        )
    if np.abs(route.lats).max() > _FARTHEST_LAT:
        raise ValueError(f"comes nearer to a pole than {_FARTHEST_LAT:.0f}° of latitude")
    lons = np.degrees(np.unwrap(np.radians(route.lons)))
    line = np.column_stack([lons, route.lats])
    starts = range(0, len(line) - 1, _PIECES)
    parts = [_widened(line[start : start + _PIECES + 1], margin_m) for start in starts]
    return region_of(shapely.union_all(parts))


def _widened(
    line: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", margin_m: float
) -> BaseGeometry:
    """line: (n, 2) degrees, short enough for its first latitude to stand for all."""
    narrow = math.cos(math.radians(line[0, 1]))
    flat = scale(shapely.LineString(line), narrow, 1.0, origin=(0.0, 0.0))
    wide = flat.buffer(margin_m / DEGREE_M, quad_segs=4)
    return scale(wide, 1.0 / narrow, 1.0, origin=(0.0, 0.0))
