"""Where drives began and ended: home and work, so what is told of looks leaves them out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import h3.api.basic_int as h3

from hazardmap.core.geometry.coverings import LOOKED_RES
from hazardmap.core.geometry.geodesy import between
from hazardmap.core.geometry.grid import cell, parent

STOP: Final = timedelta(minutes=5)
"""Who has not got on for so long has ended one drive, and begins another."""
_ON_M: Final = 30.0  # a receiver at rest hardly wanders so far
_RES: Final = LOOKED_RES - 1  # about 350 m wide


class Fix(NamedTuple):
    captured_at: datetime
    lon: float
    lat: float


def ends(fixes: Iterable[Fix]) -> list[Fix]:
    """The first and the last fix of each drive of one device."""
    found: list[Fix] = []
    last: Fix | None = None
    for fix in sorted(fixes):
        if last is not None and fix.captured_at - last.captured_at <= STOP:
            if between(last.lon, last.lat, fix.lon, fix.lat)[1] >= _ON_M:
                last = fix
            continue
        found += [fix] if last is None else [last, fix]
        last = fix
    return found if last is None else [*found, last]


def around(found: Iterable[Fix]) -> set[int]:
    """Cells that hide ends of drives: that of each, and the six beside it.

    No end is closer than 150 m to what lies outside, most are 350 m away. Cells and no circle: all
    ends in one cell leave the same hole, so that many drives do not tell the place in it.
    """
    return {int(near) for fix in found for near in h3.grid_disk(cell(fix.lon, fix.lat, _RES), 1)}


def hides(hidden: set[int], looked_cell: int) -> bool:
    """Whether a cell of LOOKED_RES is one of those that `around` found."""
    return parent(looked_cell, _RES) in hidden
