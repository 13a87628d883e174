"""Candidates by place, so that a pass meets only those that its cameras can reach."""

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.geometry.geodesy import Floats

_SIDE_M: Final = 60.0

Cell = tuple[int, int]


class Nearby:
    """A grid over the plane. Candidates are found in the order in which they were added."""

    def __init__(self) -> None:
        self._cell_of: dict[Candidate, Cell] = {}
        self._number: dict[Candidate, int] = {}
        self._in_cell: dict[Cell, set[Candidate]] = defaultdict(set)
        self._added = 0

    def __iter__(self) -> Iterator[Candidate]:
        return iter(sorted(self._cell_of, key=self._number.__getitem__))

    def add(self, candidate: Candidate) -> None:
        self._number[candidate] = self._added
        self._added += 1
        self._put(candidate, _cell(candidate))

    def moved(self, candidate: Candidate) -> None:
        """Call it when the candidate's place has changed."""
        cell = _cell(candidate)
        if cell != self._cell_of[candidate]:
            self._in_cell[self._cell_of[candidate]].discard(candidate)
            self._put(candidate, cell)

    def remove(self, candidate: Candidate) -> None:
        self._in_cell[self._cell_of.pop(candidate)].discard(candidate)
        del self._number[candidate]

    def within(self, low_m: Floats, high_m: Floats) -> list[Candidate]:
        """Those in the rectangle from low_m (2,) to high_m (2,), and perhaps some around it."""
        (west, south), (east, north) = _floor(low_m), _floor(high_m)
        if (east - west + 1) * (north - south + 1) > len(self._in_cell):
            cells = [c for c in self._in_cell if west <= c[0] <= east and south <= c[1] <= north]
        else:
            every = ((x, y) for x in range(west, east + 1) for y in range(south, north + 1))
            cells = [cell for cell in every if cell in self._in_cell]
        found = [candidate for cell in cells for candidate in self._in_cell[cell]]
        return sorted(found, key=self._number.__getitem__)

    def _put(self, candidate: Candidate, cell: Cell) -> None:
        self._cell_of[candidate] = cell
        self._in_cell[cell].add(candidate)


def _cell(candidate: Candidate) -> Cell:
    return _floor(candidate.mean_m)


def _floor(place_m: Floats) -> Cell:
    return math.floor(place_m[0] / _SIDE_M), math.floor(place_m[1] / _SIDE_M)
