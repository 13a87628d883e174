"""Three simpler maps on the same stream, each with the best constants that the truth allows.

Their constants are fitted to the truth of the very streams on which they are judged. Whoever feeds
them says which report belongs to which place: the truth, or their own attribution (`peers`).
"""

from itertools import product
from typing import Protocol

import numpy as np
from scipy.optimize import minimize

from hazardmap.core.kinds import HOUR_S
from hazardmap.core.kinds import KINDS as TABLE
from tests.sim.town import Drive
from tests.sim.world import KINDS, Floats, Ints

_AGES_H = np.geomspace(0.05, 1200.0, 90)
_CONFIRMED = 5
_BINS, _PER_UNIT = 400, 20.0
_ASIDE_M = 15.0
_HALF_LIFE_H = np.array([TABLE[kind].half_life_s / HOUR_S for kind in KINDS])
# Of the decayed sum: multiple of the kind's half-life, weight of a miss, and of the score.
_GRID = list(product((0.03, 0.06, 0.125, 0.25, 0.5, 1.0), (0.0, 1.0, 2.0, 4.0), (0.0, 1.0)))
_STRETCH, _MISS, _BY_SCORE = np.array(_GRID).T


class Places(Protocol):
    """Rows of places, of which `count` are in use, kind (n,) an index into KINDS."""

    count: int
    kind: Ints

    def along(self, path_m: Floats, aside_m: float) -> Ints:
        """Those that a drive along the path has passed."""


class Baselines:
    """Feed it drives and hours; read the best Brier score of each way."""

    def __init__(self, sites: Places) -> None:
        self._sites = sites
        room = len(sites.kind)
        self._seen_h = np.full(room, -np.inf)
        self._count = np.zeros(room, np.int64)
        self._sum = np.zeros((room, len(_GRID)))
        self._sum_h = np.zeros(room)
        kinds = len(KINDS)
        self.by_age = np.zeros((kinds, _CONFIRMED, len(_AGES_H) + 1, 2))
        self.by_sum = np.zeros((len(_GRID), kinds, _BINS, 2))

    def take(self, drive: Drive, rows: Ints) -> None:
        """One pass; `rows`: the place of each of its observations."""
        passed = self._sites.along(drive.path_m, _ASIDE_M)
        seen = np.unique(rows)
        changed = np.union1d(passed, seen)
        self._decay(changed, drive.end_h)
        missed = np.setdiff1d(passed, seen)
        best = np.full(len(seen), 0.02)
        scores = np.array([o.score for o in drive.observations])
        np.maximum.at(best, np.searchsorted(seen, rows), np.clip(scores, 0.02, 0.98))
        logit = np.log(best / (1.0 - best))
        self._sum[seen] += np.where(_BY_SCORE, logit[:, None], 1.0)
        self._sum[missed] -= _MISS
        self._seen_h[seen] = drive.end_h
        self._count[seen] += 1

    def ask(self, at_h: float, truth: Floats) -> None:
        """Count sites by what each way knows of them at this hour, and by what is true."""
        n = self._sites.count
        kind, there = self._sites.kind[:n], truth.astype(int)
        age = np.searchsorted(_AGES_H, at_h - self._seen_h[:n])
        count = np.minimum(self._count[:n], _CONFIRMED) - 1
        np.add.at(self.by_age, (kind, count, age, there), 1)
        elapsed = (at_h - self._sum_h[:n]) / _HALF_LIFE_H[kind]
        flat = kind * 2 + there
        for g, (stretch, _, _) in enumerate(_GRID):
            now = self._sum[:n, g] * np.exp2(-elapsed / stretch)
            bins = np.clip((now * _PER_UNIT + _BINS / 2).astype(int), 0, _BINS - 1)
            counted = np.bincount(flat * _BINS + bins, minlength=len(KINDS) * 2 * _BINS)
            self.by_sum[g] += counted.reshape(len(KINDS), 2, _BINS).transpose(0, 2, 1)

    def _decay(self, rows: Ints, at_h: float) -> None:
        elapsed = (at_h - self._sum_h[rows]) / _HALF_LIFE_H[self._sites.kind[rows]]
        self._sum[rows] *= np.exp2(-elapsed[:, None] / _STRETCH)
        self._sum_h[rows] = at_h


def best_ttl(by_age: Floats) -> float:
    """Σ squares of "last seen within T" with two constants for each kind, T by grid."""
    total = 0.0
    for of_kind in by_age.sum(axis=1):
        fresh = np.cumsum(of_kind, axis=0)
        total += min(_spread(f) + _spread(of_kind.sum(axis=0) - f) for f in fresh)
    return total


def best_count(by_age: Floats) -> float:
    """The same with a constant for each number of confirmations while fresh."""
    total = 0.0
    for of_kind in by_age:
        fresh = np.cumsum(of_kind, axis=1)
        everything = of_kind.sum(axis=(0, 1))
        total += min(
            sum(_spread(f) for f in fresh[:, t]) + _spread(everything - fresh[:, t].sum(axis=0))
            for t in range(fresh.shape[1])
        )
    return total


def best_log_odds(by_sum: Floats) -> tuple[float, tuple[float, float, float]]:
    """The least Σ squares over the grid, p = 1/(1 + e^−(a + b·sum)) fitted for each kind."""
    middle: Floats = (np.arange(_BINS, dtype=np.float64) + 0.5 - _BINS / 2) / _PER_UNIT
    totals = [float(sum(_fitted(middle, row) for row in of_grid)) for of_grid in by_sum]
    best = int(np.argmin(totals))
    return float(totals[best]), _GRID[best]


def _spread(counts: Floats) -> float:
    """Σ (share − truth)² of the best constant for counts (false, true)."""
    n = counts.sum()
    return float(counts[0] * counts[1] / n) if n else 0.0


def _fitted(middle: Floats, counts: Floats) -> float:
    def squares(ab: Floats) -> float:
        p = 1.0 / (1.0 + np.exp(-np.clip(ab[0] + ab[1] * middle, -50, 50)))
        return float((counts[:, 0] * p**2 + counts[:, 1] * (1.0 - p) ** 2).sum())

    starts = [np.array([-2.0, 1.0]), np.array([-6.0, 3.0])]
    return min(minimize(squares, s, method="Nelder-Mead").fun for s in starts)
