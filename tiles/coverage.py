"""The layer of coverage: where somebody has looked, about when last and how often (ADR 34)."""

from collections.abc import Iterable
from typing import Final

import h3.api.basic_int as h3
from django.utils import timezone

from hazardmap.core.geometry.coverings import LOOKED_RES
from hazardmap.core.geometry.grid import feature_id, parent, res_for_zoom
from hazardmap.hazards.coverage_search import WINDOW, coverage_of
from hazardmap.hazards.looks_told import FEW
from tiles import mvt
from tiles.mercator import Tile
from tiles.outlines import outline_in
from tiles.writer import Writer

MIN_ZOOM: Final = 10
FIELDS: Final = {
    "looked_at": "the hour in which somebody looked last, of few accounts the day; Unix seconds",
    "passes": f"independent looks in {WINDOW.days} days; an account counts once an hour; absent "
    f"below {FEW} accounts",
    "witnesses": f"how many accounts have looked; absent below {FEW}",
}


def coverage_tile(tile: Tile) -> bytes | None:
    """Layer `coverage` from zoom 10: cells where somebody has looked in WINDOW.

    Where there is no cell nothing is told, which is not the same as no hazard.
    """
    if tile.z < MIN_ZOOM:
        return None
    cells = _cells_of(tile)
    writer = Writer("coverage")
    covered = coverage_of(cells, since=timezone.now() - WINDOW)
    for cell, looks in sorted(covered.items()):
        said = {"looked_at": int(looks.last_at.timestamp())}
        if looks.looks is not None and looks.witnesses is not None:
            said |= {"passes": looks.looks, "witnesses": looks.witnesses}
        geometry = outline_in(cell, tile)
        if geometry:
            writer.add(feature_id(cell), said, mvt.Shape.POLYGONS, geometry)
    return writer.layer() or None


def cells_shown(looked: Iterable[int], zoom: int) -> set[int]:
    """The cells that are drawn at a zoom where somebody has looked at these of LOOKED_RES."""
    return {parent(cell, _res(zoom)) for cell in looked}


def _cells_of(tile: Tile) -> set[int]:
    """The cells that the tile may draw."""
    res = _res(tile.z)
    west, south, east, north = tile.box_deg()
    sides = [(west, east)] if west < east else [(west, 180.0), (-180.0, east)]
    return {
        int(cell)
        for left, right in sides
        for cell in h3.h3shape_to_cells_experimental(
            h3.LatLngPoly([(south, left), (south, right), (north, right), (north, left)]),
            res,
            contain="overlap",
        )
    }


def _res(zoom: int) -> int:
    """At zoom 10 and 11 the cells of hazards, then finer ones."""
    return res_for_zoom(zoom) or (LOOKED_RES - 1 if zoom < 14 else LOOKED_RES)
