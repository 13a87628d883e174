"""Areas that can be asked about: a box, a circle, a cell of H3, a region with any outline."""

import math
from dataclasses import dataclass
from typing import Final

import h3.api.basic_int as h3

from hazardmap.core.geometry.bbox import Bbox, wrapped
from hazardmap.core.geometry.coverings import LOOKED_RES, looked_cell, middle
from hazardmap.core.geometry.geodesy import between
from hazardmap.core.geometry.grid import descendants
from hazardmap.core.geometry.region import Region

_SHORTEST_RADIUS_M: Final = 6_335_400.0  # of curvature of the ellipsoid, so angles err upwards
_MARGIN: Final = 1.01  # geodetic latitudes on a sphere are off by up to 0.2°
HALF_ROUND_M: Final = 20_004_000.0


@dataclass(frozen=True, slots=True)
class Circle:
    """Everything within radius_m of (lon, lat) on the ellipsoid."""

    lon: float
    lat: float
    radius_m: float

    def box(self) -> Bbox:
        """A box that holds all of it, and little else where it is small."""
        angle = _MARGIN * (self.radius_m + 1.0) / _SHORTEST_RADIUS_M
        lat = math.radians(self.lat)
        south, north = math.degrees(lat - angle), math.degrees(lat + angle)
        if south <= -90 or north >= 90:
            return -180.0, max(south, -90.0), 180.0, min(north, 90.0)
        half_deg = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(lat))))
        return wrapped(self.lon - half_deg), south, wrapped(self.lon + half_deg), north


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of H3, with what belongs to it by H3's own hierarchy of cells."""

    index: int

    @classmethod
    def read(cls, text: str) -> "Cell":
        """From its usual hexadecimal form. Raises ValueError."""
        try:
            index = h3.str_to_int(text)
        except (ValueError, OverflowError):
            index = 0
        if not h3.is_valid_cell(index) or h3.get_resolution(index) > LOOKED_RES:
            raise ValueError(f"must be a cell of H3, resolution 0 to {LOOKED_RES}, in hexadecimal")
        return cls(index)

    def span(self) -> tuple[int, int]:
        """The first and the last cell of LOOKED_RES in it: their numbers lie side by side."""
        return descendants(self.index, LOOKED_RES)

    def outline(self) -> list[tuple[float, float]]:
        """Its closed ring on the globe; what belongs to it lies a little beyond it in places."""
        corners = [(lon, lat) for lat, lon in h3.cell_to_boundary(self.index)]
        return [*corners, corners[0]]

    def around(self) -> Circle:
        """A circle that holds its outline."""
        lon, lat = middle(self.index)
        return Circle(lon, lat, max(between(lon, lat, *corner)[1] for corner in self.outline()))

    def holds(self, lon: float, lat: float) -> bool:
        first, last = self.span()
        return first <= looked_cell(lon, lat) <= last


Plain = Bbox | Circle | Cell
"""What the query of an address has room for."""
Area = Plain | Region
