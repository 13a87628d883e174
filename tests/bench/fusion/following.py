"""The map's hazards while they grow: what each says at any hour, and which site it is about."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from scipy.spatial import cKDTree

from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.geometry.geodesy import radius95_m
from hazardmap.core.kinds import HOUR_S
from tests.bench.fusion.sites import ROOM, Sites
from tests.sim.town import START
from tests.sim.world import Floats, Ints

BESIDE_M = 12.0


@dataclass
class Placing:
    """One hazard at one of its reports: how many passes, its error and its 95 % radius."""

    passes: int
    error_m: float
    radius_m: float
    site: int


@dataclass
class Following:
    """Arrays with one row for each hazard; feed it what each pass has changed."""

    sites: Sites
    row_of: dict[Candidate, int] = field(default_factory=dict)
    behind: list[Counter[int]] = field(default_factory=list)
    counted: list[int] = field(default_factory=list)
    placings: list[Placing] = field(default_factory=list)
    site_of: dict[UUID, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.p, self.at_h = np.zeros(ROOM), np.zeros(ROOM)
        self.half_life_h, self.site = np.ones(ROOM), np.zeros(ROOM, np.int64)
        self.place_m = np.zeros((ROOM, 2))

    def take(self, changed: Iterable[Candidate], site_of: dict[UUID, int]) -> None:
        self.site_of |= site_of
        for one in changed:
            row = self.row_of.setdefault(one, len(self.behind))
            if row == len(self.behind):
                self.behind.append(Counter())
                self.counted.append(0)
            if len(one.sightings) > self.counted[row]:
                new = one.sightings[self.counted[row] :]
                self.behind[row].update(self.site_of[s.observation.id] for s in new)
                self.counted[row] = len(one.sightings)
                self.site[row] = self.behind[row].most_common(1)[0][0]
                self._place(one, row)
            self.place_m[row] = one.mean_m
            self.p[row] = one.p if one.live and one.shown else 0.0
            self.at_h[row] = (one.at - START).total_seconds() / HOUR_S
            self.half_life_h[row] = one.half_life_s / HOUR_S

    def ask(self, at_h: float, gone_below: float) -> tuple[Floats, Floats]:
        """(p of each site, p of every further hazard about a site that has one already)."""
        rows = len(self.behind)
        decay = np.exp2(-(at_h - self.at_h[:rows]) / self.half_life_h[:rows])
        p = self.p[:rows] * decay
        p[p < gone_below] = 0.0
        some = np.flatnonzero(p)
        order = some[np.argsort(-p[some], kind="stable")]
        sites, first = np.unique(self.site[order], return_index=True)
        of_site = np.zeros(self.sites.count)
        of_site[sites] = p[order[first]]
        self.further = self._neighbours(np.delete(order, first), p, of_site)
        self.shown = of_site
        return of_site, p[self.further]

    def _neighbours(self, further: Ints, p: Floats, of_site: Floats) -> Ints:
        """Give hazards whose site is taken to the nearest free one; returns those left over.

        In a row of cones a hazard may have got most of its sightings from the cone beside it.
        The choice is blind to what is true.
        """
        left = []
        if len(further):
            tree = cKDTree(self.sites.place_m[: self.sites.count])
        for row in further.tolist():
            near = tree.query_ball_point(self.place_m[row], BESIDE_M)
            kind = self.sites.kind[self.site[row]]
            free = [s for s in near if of_site[s] == 0.0 and self.sites.kind[s] == kind]
            if free:
                off_m = self.sites.place_m[free] - self.place_m[row]
                of_site[free[int(np.argmin(np.hypot(*off_m.T)))]] = p[row]
            else:
                left.append(row)
        return np.array(left, np.int64)

    def _place(self, one: Candidate, row: int) -> None:
        site = int(self.site[row])
        if np.isinf(self.sites.born_h[site]):
            return
        error_m = float(np.hypot(*(one.mean_m - self.sites.place_m[site])))
        passes = sum(item.seen for item in one.evidence)
        self.placings.append(Placing(passes, error_m, radius95_m(one.told_cov_m2), site))
