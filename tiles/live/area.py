"""The part of the map that a listener of the live stream wants to hear about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import h3.api.basic_int as h3

from hazardmap.core.geometry.bbox import Bbox, holds, parse_bbox
from hazardmap.core.geometry.grid import cell

MOST_CELLS: Final = 200
Place = tuple[float, float]
"""Longitude and latitude in degrees."""


@dataclass(frozen=True, slots=True)
class Box:
    """west > east crosses the antimeridian."""

    bbox: Bbox

    def holds(self, place: Place) -> bool:
        return holds(self.bbox, *place)


@dataclass(frozen=True, slots=True)
class Cells:
    """H3 cells of one resolution."""

    res: int
    cells: frozenset[int]

    def holds(self, place: Place) -> bool:
        return cell(*place, self.res) in self.cells


Area = Box | Cells


def any_held(area: Area, places: Iterable[Place]) -> bool:
    return any(area.holds(place) for place in places)


def read_area(query: dict[str, str]) -> Area:
    """From `bbox=west,south,east,north` or `cells=8a…,8a…`. Raises ValueError: field and rule."""
    if ("bbox" in query) == ("cells" in query):
        raise ValueError("bbox or cells: give one of them")
    if "bbox" in query:
        try:
            return Box(parse_bbox(query["bbox"]))
        except ValueError as error:
            raise ValueError(f"bbox {error}") from None
    return _cells(query["cells"].split(","))


def _cells(texts: list[str]) -> Cells:
    if len(texts) > MOST_CELLS:
        raise ValueError(f"cells may be {MOST_CELLS} at most")
    try:
        cells = frozenset(int(text, 16) for text in texts)
    except ValueError:
        cells = frozenset({0})
    if not all(0 < one < 1 << 63 and h3.is_valid_cell(one) for one in cells):
        raise ValueError("cells must be H3 cells in hexadecimal, separated by commas")
    resolutions = {int(h3.get_resolution(one)) for one in cells}
    if len(resolutions) > 1:
        raise ValueError("cells must be of one resolution")
    return Cells(resolutions.pop(), cells)
