"""Sums from which Brier score, expected calibration error and decile errors are read."""

from dataclasses import dataclass, field

import numpy as np

from tests.sim.world import Floats

BINS = 10


@dataclass
class Calibration:
    """Predictions by bin of p: how many, Σp, Σtruth; and Σ(p − truth)² over all."""

    count: Floats = field(default_factory=lambda: np.zeros(BINS))
    p: Floats = field(default_factory=lambda: np.zeros(BINS))
    truth: Floats = field(default_factory=lambda: np.zeros(BINS))
    squares: float = 0.0
    sites: int = 0

    def add(self, p: Floats, truth: Floats, sites: int) -> None:
        """Predictions and truths (n,). `sites`: over how many the squares are averaged."""
        bins = np.minimum((p * BINS).astype(int), BINS - 1)
        self.count += np.bincount(bins, minlength=BINS)
        self.p += np.bincount(bins, p, BINS)
        self.truth += np.bincount(bins, truth, BINS)
        self.squares += float(((p - truth) ** 2).sum())
        self.sites += sites

    @property
    def brier(self) -> float:
        return self.squares / self.sites

    @property
    def errors(self) -> Floats:
        """Mean p minus share of truth in each bin, NaN in an empty one."""
        with np.errstate(invalid="ignore"):
            return np.asarray((self.p - self.truth) / self.count)

    @property
    def ece(self) -> float:
        return float(np.abs(self.p - self.truth).sum() / self.count.sum())

    @property
    def ece_above_first(self) -> float:
        """The same without the lowest bin, which holds nearly all sites and flatters."""
        return float(np.abs(self.p - self.truth)[1:].sum() / self.count[1:].sum())

    @property
    def decile_error_max(self) -> float:
        return float(np.nanmax(np.abs(self.errors)))
