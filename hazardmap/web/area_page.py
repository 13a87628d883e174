"""The page of a cell of H3: what is in it, when somebody last drove there, and what lies around."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import h3.api.basic_int as h3
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hazardmap.core.answers.public import newest_first
from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.derived.cells import NONE
from hazardmap.core.geometry.area import Cell
from hazardmap.core.geometry.coverings import LOOKED_RES, middle
from hazardmap.core.geometry.grid import cell_text, children, parent
from hazardmap.core.operation.licence import DATA_LICENCE, DATA_LICENCE_URL
from hazardmap.hazards import search
from hazardmap.hazards.cell_selectors import cells_of
from hazardmap.hazards.coverage_search import Covered, coverage_of
from hazardmap.web.facts import row_of
from hazardmap.web.pages import public_page

SHOWN: Final = 100
WIDEST_RES: Final = 4
"""Coarser cells are half a country: nobody's area, and too much to look through for one page."""
COVERAGE_RES: Final = 6
"""From here on it is said when somebody last drove there."""
COVERAGE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Part:
    """A cell beside or within the one that is shown. expected: hazards now, None if unknown."""

    name: str
    place: str
    expected: float | None
    covered: Covered | None


def read_area(text: str) -> Cell:
    """The cell of an address of this site. Raises Http404 on what is none."""
    try:
        cell = Cell.read(text)
    except ValueError:
        raise Http404 from None
    if h3.get_resolution(cell.index) < WIDEST_RES or text != cell_text(cell.index):
        raise Http404
    return cell


def place_of(cell: int) -> str:
    """Its middle, latitude first as people write it."""
    lon, lat = middle(cell)
    digits = 2 if h3.get_resolution(cell) < 8 else 3
    return f"{lat:.{digits}f}, {lon:.{digits}f}"


@public_page
def area_page(request: HttpRequest, area: str) -> HttpResponse:
    cell = read_area(area)
    now = timezone.now()
    found = search.newest(cell, Wanted(at=now, published=False), limit=SHOWN + 1)
    res = h3.get_resolution(cell.index)
    inner = children(cell.index) if res < LOOKED_RES else []
    around = sorted(int(one) for one in h3.grid_ring(cell.index, 1))
    parts = _parts([*inner, *around], now)
    asked = [cell.index] if res >= COVERAGE_RES else []
    covered = coverage_of(asked, since=now - COVERAGE)
    context: dict[str, Any] = {
        "area": area,
        "place": place_of(cell.index),
        "width_km": 2.0 * h3.average_hexagon_edge_length(res, unit="km"),
        "rows": [row_of(hazard, now) for hazard in newest_first(found[:SHOWN])],
        "more": len(found) > SHOWN,
        "covers": res >= COVERAGE_RES,
        "covered": covered.get(cell.index),
        "coverage_days": COVERAGE.days,
        "parent": cell_text(parent(cell.index, res - 1)) if res > WIDEST_RES else "",
        "inner": parts[: len(inner)],
        "around": parts[len(inner) :],
        "licence": {"name": DATA_LICENCE, "url": DATA_LICENCE_URL},
        "indexed": bool(found),
    }
    return render(request, "web/area.html", context)


def _parts(cells: list[int], now: datetime) -> list[Part]:
    """Two statements, however many cells."""
    known = cells_of(cells)
    looked = [one for one in cells if h3.get_resolution(one) >= COVERAGE_RES]
    covered = coverage_of(looked, since=now - COVERAGE)
    parts = []
    for one in cells:
        counts = known[one].counts if one in known else NONE
        expected = sum(counts.expected(kind, now) for kind in counts.by_kind)
        parts.append(
            Part(
                cell_text(one), place_of(one), expected if one in known else None, covered.get(one)
            )
        )
    return parts
