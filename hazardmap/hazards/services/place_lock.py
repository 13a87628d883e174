"""One writer at a place: advisory locks of H3 cells, held until the transaction ends."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from hazardmap.core.grid import cell

LOCK_RES = 7
# PostgreSQL's advisory locks are one space of numbers for everybody; this is ours.
_NAMESPACE = 0x68617A << 40


class MoreCells(Exception):
    """Roll back and start again with these cells locked from the beginning."""

    def __init__(self, cells: frozenset[int]) -> None:
        super().__init__(f"{len(cells)} cells are needed")
        self.cells = cells


@dataclass(frozen=True, slots=True)
class PlaceLock:
    """The cells (H3 resolution 7) that this transaction has locked."""

    cells: frozenset[int]

    def require(self, points: Iterable[tuple[float, float]]) -> "PlaceLock":
        """Make sure that every point (lon, lat) lies in a locked cell.

        The first call of a transaction locks; later ones raise MoreCells if cells are missing,
        since locking out of order could deadlock.
        """
        needed = frozenset(cell(lon, lat, LOCK_RES) for lon, lat in points)
        if needed <= self.cells:
            return self
        if self.cells:
            raise MoreCells(needed | self.cells)
        return place_lock(needed)


def place_lock(cells: frozenset[int]) -> PlaceLock:
    """Wait for these cells, in ascending order, and hold them until commit or rollback."""
    with connection.cursor() as cursor:
        for h3_cell in sorted(cells):
            key = (h3_cell ^ _NAMESPACE) & (2**63 - 1)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    return PlaceLock(cells)
