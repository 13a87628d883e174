"""Grounds: stretches of road whose evidence hangs together, as sets of small H3 cells.

A ground grows only when something is seen in a new cell, however often the road is driven. So it
is found by looking at cells and not at a thousand observations, and it is the same for all
observations that fall into the same cells.

Two points in cells whose grid distance is n are at least (√3·n − 4/√3)·r apart, r being the radius
of the circle inside the smallest cell of the resolution; from this follow the rings below.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import h3.api.basic_int as h3

from hazardmap.core.geometry.clusters import LINK_M, VIEW_REACH_M, components, in_reach
from hazardmap.core.geometry.grid import cell

Place = tuple[float, float]
Ground = frozenset[int]
"""Cells of SEEN_RES."""

SEEN_RES: Final = 12
"""Of the cells in which observations are kept: about 19 m wide."""
LOOKED_RES: Final = 10
"""Of the cells in which views are kept: about 130 m wide."""
SEVEN_SHIFT: Final = 3 * (16 - LOOKED_RES)
"""Without so many bits cells of LOOKED_RES are equal where they lie in one of the next coarser."""
_RADIUS_M: Final = 13.0  # no point of a cell of SEEN_RES is farther from its middle
_LINK_RINGS: Final = 8  # ≥ 86 m anywhere at SEEN_RES
_VIEW_RINGS: Final = 3  # ≥ 163 m anywhere at LOOKED_RES

MIDDLES_LINK_M: Final = LINK_M + 2.0 * _RADIUS_M
"""Cells whose middles are closer belong to one ground: so do all observations within 60 m."""
MIDDLES_REACH_M: Final = VIEW_REACH_M + _RADIUS_M
"""A view farther than this from every middle of a ground does not matter to it."""


def seen_cell(lon: float, lat: float) -> int:
    """The cell in which an observation is kept. Raises ValueError."""
    return cell(lon, lat, SEEN_RES)


def looked_cell(lon: float, lat: float) -> int:
    """The cell in which a view is kept. Raises ValueError."""
    return cell(lon, lat, LOOKED_RES)


@lru_cache(maxsize=100_000)
def middle(h3_cell: int) -> Place:
    """(lon, lat)."""
    lat, lon = h3.cell_to_latlng(h3_cell)
    return lon, lat


def linked(seen_cells: Iterable[int]) -> set[int]:
    """Cells of SEEN_RES that hold whatever may belong to the grounds of these."""
    return {near for one in seen_cells for near in _disk(one, _LINK_RINGS)}


def looked_from(seen_cells: Iterable[int]) -> set[int]:
    """Cells of LOOKED_RES that hold every view in reach of these of SEEN_RES."""
    return _in_view({int(h3.cell_to_parent(one, LOOKED_RES)) for one in seen_cells})


def seen_from(looked_cells: Iterable[int]) -> set[int]:
    """Cells of SEEN_RES, all that are in reach of a view in these of LOOKED_RES."""
    return {one for big in _in_view(looked_cells) for one in h3.cell_to_children(big, SEEN_RES)}


def grounds(occupied: Iterable[int]) -> list[Ground]:
    """Cells put together that hang together; what is in two grounds never influences the other."""
    cells = sorted(set(occupied))
    middles = [middle(one) for one in cells]
    return [frozenset(cells[i] for i in part) for part in components(middles, MIDDLES_LINK_M)]


def seen_from_where(views: Sequence[Place], parts: Sequence[Ground]) -> list[list[int]]:
    """For each ground: indices of the views (lon, lat) that are in its reach, ascending."""
    return in_reach(views, [middles(part) for part in parts], MIDDLES_REACH_M)


def middles(ground: Iterable[int]) -> list[Place]:
    """(lon, lat) of its cells."""
    return [middle(one) for one in sorted(ground)]


def _in_view(looked_cells: Iterable[int]) -> set[int]:
    return {near for one in looked_cells for near in _disk(one, _VIEW_RINGS)}


@lru_cache(maxsize=20_000)
def _disk(h3_cell: int, rings: int) -> Sequence[int]:
    return [int(one) for one in h3.grid_disk(h3_cell, rings)]
