"""Reads for buyers: where somebody has looked, page by page."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from hazardmap.core.geometry.area import Cell
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.core.geometry.box_cells import is_in, spans_over
from hazardmap.hazards.looks_told import SAID, SAYS_SOMETHING, day_of
from hazardmap.hazards.selectors import Covered
from hazardmap.platform.rows_put import array


class CoveragePage(NamedTuple):
    """cells: of LOOKED_RES, ascending. after: where the next page goes on; None at the end."""

    cells: list[tuple[int, Covered]]
    after: int | None


def coverage_page(
    area: Bbox | Cell, *, since: datetime, until: datetime, after: int | None, limit: int
) -> CoveragePage:
    """The next cells with their middles in an area, looked at from one day (UTC) to another.

    What lies around a box is looked at too, so a page may be short and still not be the last.
    """
    spans = [area.span()] if isinstance(area, Cell) else spans_over(area)
    begin = -1 if after is None else after
    left = [(max(first, begin + 1), last) for first, last in spans if last > begin]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT looked.* "  # noqa: S608 - our own words
            "FROM unnest(%s::bigint[], %s::bigint[]) AS span (first, last), "
            f"LATERAL (SELECT cell, {SAID} FROM hazards_look WHERE cell BETWEEN first AND last "
            f"AND told AND last_at >= %s AND last_at < %s GROUP BY cell HAVING {SAYS_SOMETHING} "
            "ORDER BY cell LIMIT %s) AS looked ORDER BY cell LIMIT %s",
            [
                *(array(span[side] for span in left) for side in range(2)),
                day_of(since),
                day_of(until) + timedelta(days=1),
                limit,
                limit,
            ],
        )
        found = [(cell, Covered(*looks)) for cell, *looks in cursor.fetchall()]
    after = found[-1][0] if len(found) == limit else None
    if not isinstance(area, Cell):
        found = [one for one in found if is_in(one[0], area)]
    return CoveragePage(found, after)
