"""The places at which map and truth are compared: everything that was ever detected.

A site is one thing, one phantom or one false alarm. It is known from its first detection on.
"""

import numpy as np

from tests.sim.town import Town
from tests.sim.world import Floats, Ints

SITUATIONS = ("there", "gone", "phantom", "false alarm")
ROOM = 1 << 19


class Sites:
    """Growing arrays, one row per site; `count` rows are in use."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._of_source: dict[int, int] = {}
        self.count = 0
        self.kind = np.zeros(ROOM, np.int64)
        self.place_m = np.zeros((ROOM, 2))
        self.born_h = np.full(ROOM, np.inf)
        self.gone_h = np.full(ROOM, -np.inf)
        self.phantom = np.zeros(ROOM, bool)

    def of(self, source: int, kind: int, place_m: Floats) -> int:
        """Row of a source; a new one is opened at its first detection."""
        row = self._of_source.get(source)
        if row is None:
            row = self._of_source[source] = self.count
            self.count += 1
            self.kind[row], self.place_m[row] = kind, place_m
            there = self._town.sources
            if source < len(there.kind):
                self.kind[row], self.place_m[row] = there.kind[source], there.place_m[source]
                self.phantom[row] = not np.isnan(there.deceives[source])
                if np.isnan(there.deceives[source]):
                    self.born_h[row], self.gone_h[row] = there.born_h[source], there.gone_h[source]
        return row

    def truth(self, at_h: float) -> np.ndarray:
        """1 where the site's thing is there at this hour, (count,)."""
        n = self.count
        return ((self.born_h[:n] <= at_h) & (at_h < self.gone_h[:n])).astype(float)

    def situation(self, at_h: float) -> Ints:
        """Index into SITUATIONS for each site, (count,)."""
        n = self.count
        gone = np.where(at_h >= self.gone_h[:n], 1, 0)
        return np.where(np.isfinite(self.born_h[:n]), gone, np.where(self.phantom[:n], 2, 3))

    def along(self, path_m: Floats, aside_m: float) -> Ints:
        """Rows of the sites that a drive along the path has passed."""
        return inside(self.place_m[: self.count], path_m, aside_m)

    def rows(self) -> list[tuple[int, int]]:
        """(source, row) of every site."""
        return list(self._of_source.items())


def inside(place_m: Floats, path_m: Floats, aside_m: float) -> Ints:
    """Indices of the places within the rectangle around a path, widened by aside_m."""
    low, high = path_m.min(axis=0) - aside_m, path_m.max(axis=0) + aside_m
    east, north = place_m.T
    found = np.flatnonzero((east >= low[0]) & (east <= high[0]))
    return found[(north[found] >= low[1]) & (north[found] <= high[1])]
