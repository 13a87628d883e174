"""Which grounds lie around some places: found by cells, and not by observations one by one.

The work goes with the length of the road that is covered and not with how often it was driven.
"""

from collections.abc import Iterable, Sequence

from hazardmap.core.geometry.coverings import (
    Ground,
    Place,
    grounds,
    linked,
    looked_cell,
    seen_cell,
    seen_from,
    seen_from_where,
)
from hazardmap.platform.rows_put import array
from hazardmap.platform.rows_read import rows_read


def grounds_around(*, seen: Iterable[Place], looked_from: Sequence[Place]) -> list[Ground]:
    """The grounds, whole, that hold something at `seen` or in reach of `looked_from` (lon, lat)."""
    holding = {seen_cell(*place) for place in seen}
    found = _occupied(holding | seen_from({looked_cell(*place) for place in looked_from}))
    parts = grounds(found)
    reached = seen_from_where(looked_from, parts)
    known = {
        one
        for part, views in zip(parts, reached, strict=True)
        if views or not part.isdisjoint(holding)
        for one in part
    }
    return grounds(_grown(known))


def _grown(start: set[int]) -> set[int]:
    """These cells with all that hangs together with them, however far the chain goes."""
    known, edge = set(start), start
    while edge:
        near = known | _occupied(linked(edge) - known)
        grown = {one for part in grounds(near) if not part.isdisjoint(known) for one in part}
        edge = grown - known
        known = grown
    return known


def _occupied(cells: set[int]) -> set[int]:
    """Those that hold an observation: one look into the index for each."""
    found = rows_read(
        "SELECT cell FROM unnest(%s::bigint[]) AS one (cell) WHERE EXISTS "
        "(SELECT FROM hazards_observation AS seen WHERE seen.cell = one.cell)",
        [array(sorted(cells))],
    )
    return {cell for (cell,) in found}
