"""Reads: how many hazards to expect in H3 cells."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from django.db.models import Max

from hazardmap.core.derived import cells as core
from hazardmap.hazards import cell_models, mapping
from hazardmap.platform.rows_put import array
from hazardmap.platform.rows_read import rows_prepared

_CELLS = "SELECT cell, res, cursor, t_ref, counts::text FROM hazards_cell"


@dataclass(frozen=True, slots=True)
class CellState:
    """A cell of resolution COARSEST_RES to FINEST_RES (core.geometry.grid).

    cursor: grows with each change of any cell. counts: empty where there is nothing any more.
    """

    cell: int
    res: int
    cursor: int
    counts: core.Counts


def cells_changed(after: int, *, limit: int) -> list[CellState]:
    """The next cells whose last change is after this cursor, in order of their cursors.

    Whoever goes on after the last cursor that he has seen skips nothing.
    """
    return _states("WHERE cursor > %s ORDER BY cursor LIMIT %s", after, limit)


def cells_of(cells: Iterable[int]) -> dict[int, CellState]:
    """These cells; absent: there has never been anything."""
    found = _states("WHERE cell = ANY(%s::bigint[])", array(cells))
    return {state.cell: state for state in found}


def latest_cell_cursor() -> int:
    """The cursor to start from for somebody who wants only what comes."""
    latest: int | None = cell_models.Cell.objects.aggregate(latest=Max("cursor"))["latest"]
    return latest or 0


def _states(which: str, *values: int | str) -> list[CellState]:
    """By hand: asked for thousands at a time, the ORM takes several times as long."""
    return [
        CellState(cell, res, at, mapping.counts_of(t_ref, orjson.loads(counts)))
        for cell, res, at, t_ref, counts in rows_prepared(f"{_CELLS} {which}", values)
    ]
