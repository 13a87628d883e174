"""Reads: how many hazards to expect in H3 cells."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db.models import Max

from hazardmap.core.decay import probability_at
from hazardmap.core.derived import cells as core
from hazardmap.core.fusion.hazard import LIVE_STATES
from hazardmap.core.geometry.grid import descendants
from hazardmap.hazards import cell_models, rows
from hazardmap.platform.rows_put import array
from hazardmap.platform.rows_read import rows_read

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


def p_any(cells: Iterable[int], *, at: datetime) -> float:
    """Probability that any live hazard is in any of these cells (resolution 0 to 10) at a time.

    Read from the hazards themselves: unlike their counts, it is no sum that fades.
    """
    ranges = [descendants(cell, rows.HAZARD_CELL_RES) for cell in cells]
    if not ranges:
        return 0.0
    found = rows_read(
        "SELECT DISTINCT hazard.id, p, t_ref, half_life_s "
        "FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (first, last) "
        "JOIN hazards_hazard AS hazard ON hazard.cell BETWEEN first AND last "
        "WHERE state = ANY(%s)",
        [*(array(side) for side in zip(*ranges, strict=True)), LIVE_STATES],
    )
    return core.p_any(probability_at(p, since, half, at) for _, p, since, half in found)


def _states(which: str, *values: int | str) -> list[CellState]:
    """By hand: asked for thousands at a time, the ORM takes several times as long."""
    return [
        CellState(cell, res, at, rows.counts_of(t_ref, orjson.loads(counts)))
        for cell, res, at, t_ref, counts in rows_read(f"{_CELLS} {which}", values)
    ]
