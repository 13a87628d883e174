"""Keep the sums of cells what the hazards say: from the finest resolution upwards."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from django.db import transaction
from django.db.models import Max

from hazardmap.core.derived.cells import NONE, Counts, Share, summed
from hazardmap.core.fusion.hazard import LIVE_STATES
from hazardmap.core.geometry.coverings import LOOKED_RES, looked_cell
from hazardmap.core.geometry.grid import COARSEST_RES, FINEST_RES, children, descendants, parent
from hazardmap.hazards import cell_models, mapping, models
from hazardmap.hazards.cell_selectors import cells_of
from hazardmap.hazards.services.feed_follow import Touched, feed_follow, feed_hold
from hazardmap.platform.garbage import collected_later
from hazardmap.platform.rows_put import array, rows_put
from hazardmap.platform.rows_read import rows_prepared

READER = "cells"
BATCH = 500

_SHARES = """
    SELECT wanted.cell, kind, p, t_ref, half_life_s
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS wanted (cell, first, last)
    JOIN hazards_hazard AS hazard ON hazard.cell BETWEEN first AND last
    WHERE state = ANY(%s)
"""


def cells_refresh() -> int:
    """Take in what has changed; how many changes. Safe to run twice and at once."""
    return feed_follow(READER, _take)


def cells_rebuild() -> Iterator[tuple[int, int]]:
    """Sum every cell anew. Yields (cells done, cells in all) of the finest resolution.

    Workers may go on meanwhile; what is right already stays as it is.
    """
    cells = _finest_known()
    for start in range(0, len(cells), BATCH):
        with transaction.atomic():
            feed_hold(READER)
            _resum(cells[start : start + BATCH])
        yield min(start + BATCH, len(cells)), len(cells)


def _take(touched: Collection[Touched]) -> None:
    _resum({parent(looked_cell(one.lon, one.lat), FINEST_RES) for one in touched})


def _finest_known() -> list[int]:
    of_hazards = models.Hazard.objects.values_list("cell", flat=True).distinct().order_by()
    stored = cell_models.Cell.objects.filter(res=FINEST_RES).values_list("cell", flat=True)
    return sorted({parent(cell, FINEST_RES) for cell in of_hazards.iterator()}.union(stored))


@collected_later()
def _resum(cells: Iterable[int]) -> None:
    """Sum these cells (FINEST_RES) anew, and above them whatever that changes."""
    shares = _shares_in(sorted(cells))
    changed = _store({cell: summed(found) for cell, found in shares.items()}, FINEST_RES)
    for res in range(FINEST_RES - 1, COARSEST_RES - 1, -1):
        below = {cell: children(cell) for cell in {parent(cell, res) for cell in changed}}
        parts = _stored(child for cells in below.values() for child in cells)
        sums = {
            cell: summed(share for one in inside if one in parts for share in parts[one].shares())
            for cell, inside in below.items()
        }
        changed = _store(sums, res)


def _shares_in(cells: Collection[int]) -> dict[int, list[Share]]:
    """The live hazards in each of these cells, as parts of its sum."""
    # `Hazard.cell` is of LOOKED_RES.
    ranges = [(cell, *descendants(cell, LOOKED_RES)) for cell in cells]
    found: dict[int, list[Share]] = {cell: [] for cell in cells}
    columns = [array(column) for column in zip(*ranges, strict=True)]
    for cell, *share in rows_prepared(_SHARES, [*columns, LIVE_STATES]):
        found[cell].append(Share._make(share))
    return found


def _stored(cells: Iterable[int]) -> dict[int, Counts]:
    return {cell: state.counts for cell, state in cells_of(cells).items()}


def _store(sums: Mapping[int, Counts], res: int) -> list[int]:
    """Write what differs from what is stored; the cells."""
    before = _stored(sums)
    changed = sorted(cell for cell in sums if sums[cell] != before.get(cell, NONE))
    latest = cell_models.Cell.objects.aggregate(latest=Max("cursor"))["latest"] or 0
    new = [
        mapping.cell_row(cell, res, sums[cell], cursor)
        for cursor, cell in enumerate(changed, start=latest + 1)
    ]
    rows_put(cell_models.Cell, new, over=True)
    return changed
