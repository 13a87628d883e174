"""One writer at a place: advisory locks of H3 cells, held until the transaction ends."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import h3.api.basic_int as h3
from django.db import connection, transaction

from hazardmap.core.geometry.grid import cell, parent
from hazardmap.platform.one_at_a_time import many_at_a_time, one_at_a_time

LOCK_RES = 7
# PostgreSQL's advisory locks are one space of numbers for everybody; this moves ours aside.
_NAMESPACE = 0x68617A << 40
_EVALUATING = "evaluating places"

Result = TypeVar("Result")


class MoreCells(Exception):
    """Roll back and start again with these cells locked from the beginning."""

    def __init__(self, cells: frozenset[int]) -> None:
        super().__init__(f"{len(cells)} cells are needed")
        self.cells = cells


@dataclass(frozen=True, slots=True)
class PlaceLock:
    """The cells (H3 resolution 7) that this transaction has locked."""

    cells: frozenset[int]

    def require_around(self, points: Iterable[tuple[float, float]]) -> "PlaceLock":
        """Make sure that the cells of these points (lon, lat) and their neighbours are locked.

        Whatever another transaction writes or reads within sight of a point shares a cell with it,
        even before either can see the other's rows.

        The first call of a transaction locks; later ones raise MoreCells if cells are missing,
        since locking out of order could deadlock.
        """
        needed = with_neighbours({cell(lon, lat, LOCK_RES) for lon, lat in points})
        if needed <= self.cells:
            return self
        if self.cells:
            raise MoreCells(needed | self.cells)
        return place_lock(needed)

    def require_cells(self, cells: Iterable[int]) -> None:
        """Raise MoreCells unless the parents of these finer cells are locked."""
        needed = frozenset(parent(one, LOCK_RES) for one in cells)
        if not needed <= self.cells:
            raise MoreCells(needed | self.cells)


def with_neighbours(cells: Iterable[int]) -> frozenset[int]:
    """These cells of LOCK_RES, each a kilometre wide at least, and those around: all in sight."""
    return frozenset(near for one in cells for near in h3.grid_disk(one, 1))


def place_lock(cells: frozenset[int]) -> PlaceLock:
    """Wait for these cells, in ascending order, and hold them until commit or rollback."""
    if cells:
        many_at_a_time(_EVALUATING)
        keys = [(h3_cell ^ _NAMESPACE) & (2**63 - 1) for h3_cell in sorted(cells)]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys]
            )
    return PlaceLock(cells)


def all_places_lock() -> None:
    """Wait until nobody is at any place, and have others wait until the transaction ends."""
    one_at_a_time(_EVALUATING)


def under_place_lock(act: Callable[[PlaceLock], Result]) -> Result:
    """Run it in one transaction, and again from the beginning with the cells that it lacked."""
    cells: frozenset[int] = frozenset()
    while True:
        try:
            with transaction.atomic():
                return act(place_lock(cells))
        except MoreCells as more:
            cells = more.cells
