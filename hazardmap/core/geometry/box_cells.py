"""Which cells of H3 a box touches, as a few ranges of their numbers."""

from functools import lru_cache
from typing import Final

import h3.api.basic_int as h3

from hazardmap.core.geometry.area import Circle
from hazardmap.core.geometry.bbox import Bbox, parts
from hazardmap.core.geometry.coverings import LOOKED_RES, middle
from hazardmap.core.geometry.grid import children, descendants

_MOST: Final = 64
# The middles of all smaller cells in a cell lie within 1.06 of its edges from its own middle, and
# the longest edges are a third longer than the average of their resolution.
_REACH: Final = 1.6

Span = tuple[int, int]
"""The first and the last of the cells of LOOKED_RES in a larger cell."""


def spans_over(bbox: Bbox) -> list[Span]:
    """Ascending spans that hold every cell whose middle lies in a box, and others around it."""
    cells = [int(cell) for cell in h3.get_res0_cells() if _touches(cell, bbox)]
    for _ in range(LOOKED_RES):
        finer = [child for cell in cells for child in children(cell) if _touches(child, bbox)]
        if len(finer) > _MOST:
            break
        cells = finer
    return sorted(descendants(cell, LOOKED_RES) for cell in cells)


def is_in(cell: int, bbox: Bbox) -> bool:
    """Whether the middle of a cell lies in a box."""
    lon, lat = middle(cell)
    return _overlap((lon, lat, lon, lat), bbox)


def _touches(cell: int, bbox: Bbox) -> bool:
    lon, lat = middle(cell)
    return _overlap(Circle(lon, lat, _REACH * _edge_m(h3.get_resolution(cell))).box(), bbox)


def _overlap(one: Bbox, other: Bbox) -> bool:
    if one[3] < other[1] or other[3] < one[1]:
        return False
    return any(
        west <= there_east and there_west <= east
        for west, _, east, _ in parts(one)
        for there_west, _, there_east, _ in parts(other)
    )


@lru_cache
def _edge_m(res: int) -> float:
    return float(h3.average_hexagon_edge_length(res, unit="m"))
