"""Evaluate an area anew from its evidence, from the beginning: after new parameters or in doubt.

Place by place under the same locks as live fusion, so that workers go on meanwhile. Each place is
one transaction: a run that was stopped has done some of them, and may simply be started again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import h3.api.basic_int as h3

from hazardmap.core.geometry.bbox import Bbox
from hazardmap.core.geometry.coverings import SEEN_RES, middles
from hazardmap.core.geometry.grid import descendants, parent
from hazardmap.hazards.services.ground_fuse import fuse_around
from hazardmap.hazards.services.place_lock import LOCK_RES, under_place_lock
from hazardmap.platform.rows_read import rows_read

BoxOrCell = Bbox | int
"""West, south, east and north (west > east crosses the antimeridian), or an H3 cell."""


def area_refuse(area: BoxOrCell) -> Iterator[tuple[int, int]]:
    """Yields (places done, places in all) after each place. A place is a cell of LOCK_RES.

    Grounds that reach into the area are evaluated whole.
    """
    by_place: dict[int, list[int]] = defaultdict(list)
    for one in occupied(area):
        by_place[parent(one, LOCK_RES)].append(one)
    for done, cells in enumerate(by_place.values(), start=1):
        place_refuse(cells)
        yield done, len(by_place)


def place_refuse(cells: Sequence[int]) -> None:
    """Evaluate these cells (SEEN_RES) of one place anew, in one transaction."""
    seen = middles(cells)
    under_place_lock(lambda lock: fuse_around(seen=seen, looked_from=(), lock=lock))


def occupied(area: BoxOrCell | None) -> list[int]:
    """Cells (SEEN_RES) in the area, or anywhere, that hold observations, ascending."""
    where, values = _condition(area)
    statement = f"SELECT DISTINCT cell FROM hazards_observation WHERE {where} ORDER BY cell"  # noqa: S608 - one of those below
    return [cell for (cell,) in rows_read(statement, values)]


def _condition(area: BoxOrCell | None) -> tuple[str, list[Any]]:
    if area is None:
        return "true", []
    if isinstance(area, int):
        if h3.get_resolution(area) >= SEEN_RES:
            return "cell = %s", [parent(area, SEEN_RES)]
        return "cell BETWEEN %s AND %s", [*descendants(area, SEEN_RES)]
    west, south, east, north = area
    lon, lat = "ST_X(position::geometry)", "ST_Y(position::geometry)"
    joint = "AND" if west <= east else "OR"
    inside = f"{lat} BETWEEN %s AND %s AND ({lon} >= %s {joint} {lon} <= %s)"
    return inside, [south, north, west, east]
