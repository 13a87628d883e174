"""What few pictures can say: 95 % intervals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from detection.evaluate.matching import Floats

RESAMPLES: Final = 1000
TAIL: Final = 0.025


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def share(found: int, of: int) -> Interval:
    """A share and its exact interval (C. J. Clopper and E. S. Pearson, Biometrika 26, 1934)."""
    if of == 0:
        return Interval(float("nan"), 0.0, 1.0)
    low = float(beta.ppf(TAIL, found, of - found + 1)) if found else 0.0
    high = float(beta.ppf(1 - TAIL, found + 1, of - found)) if found < of else 1.0
    return Interval(found / of, low, high)


def by_scene(
    figure: Callable[[Floats], float], scenes: int, *, telling: int | None = None
) -> Interval:
    """Bootstrap over scenes (B. Efron and R. Tibshirani, 1993, percentiles of 1,000 resamples).

    figure: from the weight of each scene, (scenes,), how often a resample has it. Where every
    resample says the same (all found, say), the exact interval for as many scenes stands in.
    telling: in how many of them there was anything to find; all, unless given.
    """
    value = figure(np.ones(scenes))
    if scenes < 2 or np.isnan(value):
        return Interval(value, 0.0, 1.0)
    rng = np.random.default_rng(0)
    weights = rng.multinomial(scenes, np.full(scenes, 1 / scenes), RESAMPLES)
    drawn = np.array([figure(weight.astype(np.float64)) for weight in weights])
    drawn = drawn[~np.isnan(drawn)]
    low, high = (float(edge) for edge in np.quantile(drawn, (TAIL, 1 - TAIL)))
    if high - low < 1e-9:
        of = scenes if telling is None else telling
        exact = share(round(value * of), of)
        low, high = min(low, exact.low), max(high, exact.high)
    return Interval(value, low, high)


def share_by_scene(right: NDArray[np.bool_], scene: NDArray[np.intp]) -> Interval:
    """The share of `right`, (n,), with its interval by scene, (n,) numbers."""
    if len(right) == 0:
        return Interval(float("nan"), 0.0, 1.0)
    local = np.unique(scene, return_inverse=True)[1]
    good, total = np.bincount(local, weights=right), np.bincount(local)
    return by_scene(lambda weight: _ratio(float(weight @ good), float(weight @ total)), len(total))


def _ratio(a: float, b: float) -> float:
    return a / b if b else float("nan")
