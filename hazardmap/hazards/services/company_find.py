"""Which accounts have lately gone about together, by where and when they looked."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from hazardmap.core.learned.company import company
from hazardmap.platform.rows_read import rows_read
from hazardmap.platform.unhurried import unhurried

WINDOW = timedelta(days=7)
TOGETHER_S = 3.0

# Two phones in one car leave a cell (130 m) at the same moment.
_SIDE_BY_SIDE = """
    SELECT one.witness, other.witness, count(*)
    FROM hazards_look AS one JOIN hazards_look AS other USING (cell, hour)
    WHERE one.last_at > %(since)s AND one.witness < other.witness
        AND abs(extract(epoch FROM one.last_at - other.last_at)) <= %(together_s)s
    GROUP BY 1, 2
"""
_LOOKS = "SELECT witness, count(*) FROM hazards_look WHERE last_at > %(since)s GROUP BY 1"
# No two receivers measure the same numbers all along a road.
_ONE_TRACK = """
    SELECT one.witness, other.witness, count(DISTINCT ST_AsBinary(one.position))
    FROM hazards_view AS one JOIN hazards_view AS other
        ON one.cell = other.cell AND ST_AsBinary(one.position) = ST_AsBinary(other.position)
    WHERE one.captured_at > %(since)s AND other.captured_at > %(since)s
        AND NOT one.simulated AND NOT other.simulated AND one.witness < other.witness
    GROUP BY 1, 2
"""
_PLACES = """
    SELECT witness, count(DISTINCT ST_AsBinary(position)) FROM hazards_view
    WHERE captured_at > %(since)s AND NOT simulated GROUP BY 1
"""


def company_find() -> list[tuple[int, int]]:
    """Pairs of witnesses that count as one (core.learned.company)."""
    values: dict[str, Any] = {"since": timezone.now() - WINDOW, "together_s": TOGETHER_S}
    found = []
    with unhurried():
        for together, alone in ((_SIDE_BY_SIDE, _LOOKS), (_ONE_TRACK, _PLACES)):
            counts = dict(rows_read(alone, values))
            found += company(rows_read(together, values), counts)
    return found
