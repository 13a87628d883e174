"""Reads: where somebody has looked, of certain cells, or page by page."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from hazardmap.core.full_times import day_of
from hazardmap.core.geometry.area import Cell
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.core.geometry.box_cells import is_in, spans_over
from hazardmap.core.geometry.coverings import LOOKED_RES, SEVEN_SHIFT
from hazardmap.core.geometry.grid import descendants
from hazardmap.hazards.looks_told import SAID, SAYS_SOMETHING
from hazardmap.platform.rows_put import array
from hazardmap.platform.rows_read import rows_read

WINDOW: Final = timedelta(days=30)
"""Since when looks are told to whoever does not say."""


class Covered(NamedTuple):
    """What is told of a cell (looks_told): about when it was last looked at, by how many
    independent looks (an account counts once an hour), and by how many accounts; None: by few."""

    last_at: datetime
    looks: int | None
    witnesses: int | None


class CoveragePage(NamedTuple):
    """cells: of LOOKED_RES, ascending. after: where the next page goes on; None at the end."""

    cells: list[tuple[int, Covered]]
    after: int | None


def coverage_of(cells: Iterable[int], *, since: datetime) -> dict[int, Covered]:
    """What is told of cells (H3, up to coverings.LOOKED_RES) since that day; absent: nothing."""
    ranges = [(cell, *descendants(cell, LOOKED_RES)) for cell in cells]
    # LATERAL: each cell goes by an index. A join of ranges is estimated to be so large that with
    # a year of looks all of them are read instead.
    rows = rows_read(
        "SELECT wanted.cell, looked.* "  # noqa: S608 - our own words
        "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS wanted (cell, first, last) "
        f"CROSS JOIN LATERAL (SELECT {SAID} FROM hazards_look AS look "
        f"WHERE {_inside(ranges)} AND told AND last_at >= %s HAVING {SAYS_SOMETHING}) AS looked",
        [*(array(row[side] for row in ranges) for side in range(3)), day_of(since)],
    )
    return {cell: Covered(*looks) for cell, *looks in rows}


def _inside(ranges: list[tuple[int, int, int]]) -> str:
    """Which looks are in a cell; of one of LOOKED_RES, or of seven, only late ones are read."""
    if all(first == last for _, first, last in ranges):
        return "look.cell = first"
    if all(
        first != last and first >> SEVEN_SHIFT == last >> SEVEN_SHIFT for _, first, last in ranges
    ):
        return f"look.cell >> {SEVEN_SHIFT} = first >> {SEVEN_SHIFT}"
    return "look.cell BETWEEN first AND last"


def coverage_page(
    area: Bbox | Cell, *, since: datetime, until: datetime, after: int | None, limit: int
) -> CoveragePage:
    """The next cells with their middles in an area, looked at from one day (UTC) to another.

    What lies around a box is looked at too, so a page may be short and still not be the last.
    """
    spans = [area.span()] if isinstance(area, Cell) else spans_over(area)
    begin = -1 if after is None else after
    left = [(max(first, begin + 1), last) for first, last in spans if last > begin]
    rows = rows_read(
        "SELECT looked.* "  # noqa: S608 - our own words
        "FROM unnest(%s::bigint[], %s::bigint[]) AS span (first, last), "
        f"LATERAL (SELECT cell, {SAID} FROM hazards_look WHERE cell BETWEEN first AND last "
        f"AND told AND last_at >= %s AND last_at < %s GROUP BY cell HAVING {SAYS_SOMETHING} "
        "ORDER BY cell LIMIT %s) AS looked ORDER BY cell LIMIT %s",
        [
            *(array(span[side] for span in left) for side in range(2)),
            *(day_of(since), day_of(until) + timedelta(days=1), limit, limit),
        ],
    )
    found = [(cell, Covered(*looks)) for cell, *looks in rows]
    after = found[-1][0] if len(found) == limit else None
    if not isinstance(area, Cell):
        found = [one for one in found if is_in(one[0], area)]
    return CoveragePage(found, after)
