"""The simpler maps as they would have to be: each finds out by itself what a report is about.

A peer gets what the map gets, the things of each pass as `core.seeing.association.things` names
them, and gives each to the nearest entry of the same kind within a gate, one to one (the assignment
with the least sum of distances); what is left becomes a new entry. An entry stands at the mean of
its reports. Gates are a grid of their own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from hazardmap.core.seeing.sightings import Thing
from tests.bench.fusion.baselines import Baselines, best_count, best_log_odds, best_ttl
from tests.bench.fusion.following import BESIDE_M
from tests.bench.fusion.sites import ROOM, Sites, inside
from tests.sim.town import Drive
from tests.sim.world import KINDS, Floats, Ints

GATES_M = (12.0, 18.0, 27.0, 40.0)


@dataclass(frozen=True)
class PeerSums:
    """by_age, by_sum: as of `Baselines`, for each gate. missed: Σ squares, for each gate, of what
    stands without an entry."""

    by_age: Floats
    by_sum: Floats
    missed: Floats

    def __add__(self, other: "PeerSums") -> "PeerSums":
        return PeerSums(
            self.by_age + other.by_age, self.by_sum + other.by_sum, self.missed + other.missed
        )


class Peer(NamedTuple):
    """The best that one of the maps can do: its squares, and with which constants."""

    squares: float
    note: str


def best_peers(sums: PeerSums) -> dict[str, Peer]:
    """The better of the two with a time to live, "last seen" alone, and log-odds."""
    ttl, count, log_odds = [], [], []
    for gate_m, by_age, by_sum, missed in zip(
        GATES_M, sums.by_age, sums.by_sum, sums.missed, strict=True
    ):
        squares, grid = best_log_odds(by_sum)
        ttl.append(Peer(best_ttl(by_age) + missed, f"last seen, gate {gate_m:g} m"))
        count.append(Peer(best_count(by_age) + missed, f"count, gate {gate_m:g} m"))
        log_odds.append(Peer(squares + missed, f"grid {grid}, gate {gate_m:g} m"))
    return {"ttl": min(ttl + count), "last_seen": min(ttl), "log_odds": min(log_odds)}


class Peers:
    """The three maps with each gate."""

    def __init__(self, sites: Sites) -> None:
        self._entries = [Entries(gate_m, sites) for gate_m in GATES_M]
        self._maps = [Baselines(entries) for entries in self._entries]
        self._missed = np.zeros(len(GATES_M))

    @property
    def sums(self) -> PeerSums:
        return PeerSums(
            np.array([one.by_age for one in self._maps]),
            np.array([one.by_sum for one in self._maps]),
            self._missed,
        )

    def take(self, drive: Drive, reported: Sequence[Thing], site_of: Mapping[UUID, int]) -> None:
        """One pass, with its things, and the truth that is for judging only."""
        for entries, one in zip(self._entries, self._maps, strict=True):
            row_of = entries.take(reported, site_of)
            one.take(drive, np.array([row_of[o.id] for o in drive.observations], int))

    def ask(self, at_h: float, truth: Floats) -> None:
        """Compare each with the truth at every site."""
        for i, (entries, one) in enumerate(zip(self._entries, self._maps, strict=True)):
            of_entries, missed = entries.judged(truth)
            one.ask(at_h, of_entries)
            self._missed[i] += missed


class Entries:
    """What one peer has on its map. Growing arrays, one row for each entry."""

    def __init__(self, gate_m: float, sites: Sites) -> None:
        self._gate_m, self._sites = gate_m, sites
        self.count = 0
        self.kind = np.zeros(ROOM, np.int64)
        self.place_m = np.zeros((ROOM, 2))
        self._reports = np.zeros(ROOM, np.int64)
        self._last = np.zeros(ROOM, np.int64)
        self._behind: list[Counter[int]] = []
        self._site = np.zeros(ROOM, np.int64)
        self._passes = 0

    def along(self, path_m: Floats, aside_m: float) -> Ints:
        """Rows of the entries that a drive along the path has passed."""
        return inside(self.place_m[: self.count], path_m, aside_m)

    def take(self, reported: Iterable[Thing], site_of: Mapping[UUID, int]) -> dict[UUID, int]:
        """Give the things of a pass to entries; the entry of each observation."""
        self._passes += 1
        by_kind: dict[int, list[Thing]] = {}
        for thing in reported:
            by_kind.setdefault(KINDS.index(thing.best.kind), []).append(thing)
        found = {}
        for kind, some in by_kind.items():
            for thing, row in zip(some, self._rows(kind, some), strict=True):
                self._add(row, thing, site_of)
                found |= {o.id: row for o in thing.observations}
        return found

    def judged(self, truth: Floats) -> tuple[Floats, float]:
        """(truth of each entry, squares of the sites without one).

        The entry that was reported last is the one about its site; others are given to the nearest
        free site as those of the map are (`Following`), and what is left over is about nothing.
        """
        n = self.count
        of_entries, taken = np.zeros(n), np.zeros(len(truth), bool)
        order = np.argsort(-self._last[:n], kind="stable")
        sites, first = np.unique(self._site[order], return_index=True)
        of_entries[order[first]], taken[sites] = truth[sites], True
        free = np.flatnonzero(~taken)
        further = np.delete(order, first)
        if len(free) and len(further):
            self._give(further, free, truth, of_entries, taken)
        return of_entries, float(truth[~taken].sum())

    def _give(
        self, further: Ints, free: Ints, truth: Floats, of_entries: Floats, taken: np.ndarray
    ) -> None:
        tree = cKDTree(self._sites.place_m[free])
        near = tree.query_ball_point(self.place_m[further], BESIDE_M, return_sorted=True)
        for row, around in zip(further.tolist(), near, strict=True):
            sites = [s for s in free[around].tolist() if not taken[s]]
            sites = [s for s in sites if self._sites.kind[s] == self.kind[row]]
            if sites:
                off_m = self._sites.place_m[sites] - self.place_m[row]
                best = sites[int(np.argmin(np.hypot(*off_m.T)))]
                of_entries[row], taken[best] = truth[best], True

    def _rows(self, kind: int, some: Sequence[Thing]) -> list[int]:
        """The entry of each thing, −1 for a new one."""
        means_m = np.array([thing.mean_m for thing in some])
        near = inside(self.place_m[: self.count], means_m, self._gate_m)
        near = near[self.kind[near] == kind]
        result = [-1] * len(some)
        if len(near):
            off_m = means_m[:, None] - self.place_m[near][None]
            excess = np.hypot(off_m[..., 0], off_m[..., 1]) - self._gate_m
            for i, j in zip(*linear_sum_assignment(np.minimum(excess, 0.0)), strict=True):
                if excess[i, j] < 0.0:
                    result[i] = int(near[j])
        return [self._new(kind) if row < 0 else row for row in result]

    def _new(self, kind: int) -> int:
        row = self.count
        self.count += 1
        self.kind[row] = kind
        self._behind.append(Counter())
        return row

    def _add(self, row: int, thing: Thing, site_of: Mapping[UUID, int]) -> None:
        self._reports[row] += 1
        self.place_m[row] += (thing.mean_m - self.place_m[row]) / self._reports[row]
        self._behind[row].update(site_of[s.observation.id] for s in thing.sightings)
        self._site[row] = self._behind[row].most_common(1)[0][0]
        self._last[row] = self._passes
