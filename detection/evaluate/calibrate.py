"""Fit what scores are worth, and say how wrong they were before and are after."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

from detection.evaluate.matching import Floats
from detection.evaluate.scenes import folds

# Reports below this are never acted on; their heap would make any calibration look good.
LEAST_SCORE: Final = 0.1
FOLDS: Final = 5
BINS: Final = 10
# Of right and of wrong reports each; a kind with fewer is calibrated with all others.
FEWEST: Final = 20
# Strength of the pull towards "the score is the probability", in reports.
PULL: Final = 1.0
# No probability is closer to 0 or 1.
SURE: Final = 1e-4
GRID: Final = np.unique(np.concatenate([[0.0], np.linspace(0.02, 0.98, 49), [0.99, 1.0]]))

Map = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Corners of a line that never falls: scores and probabilities, (n,), 0..1."""

    scores: Floats
    probabilities: Floats


@dataclass(frozen=True, slots=True)
class PassCurve:
    """Log odds = constant + rise ln s - fall ln(1 - s) + frames ln n; rise, fall >= 0.

    s: best score of a pass; n: frames of it that report the thing. Beta calibration (M. Kull,
    T. Silva Filho and P. Flach, AISTATS 2017) with n as a covariate.
    """

    constant: float
    rise: float
    fall: float
    frames: float


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """scores: (n,) 0..1. right: (n,) whether each is. scene: (n,) numbers."""

    scores: Floats
    right: NDArray[np.bool_]
    scene: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """method: its name. curve: fitted on everything.

    unseen: (n,) what each report is worth according to the other scenes; the expected calibration
    error "after" is measured with these.
    """

    method: str
    curve: Curve
    unseen: Floats


def fit(reports: Reports) -> Fitted:
    """The method that predicts unseen scenes best (log loss), fitted on all reports."""
    tried = {name: _unseen(method, reports) for name, method in METHODS.items()}
    best = min(tried, key=lambda name: _log_loss(tried[name], reports.right))
    worth = METHODS[best](reports.scores, reports.right)(GRID)
    rising = np.maximum.accumulate(worth.clip(0, 1)).round(5)
    return Fitted(best, Curve(GRID, rising), tried[best])


def enough(reports: Reports) -> bool:
    """Whether a kind has reports for a calibration of its own."""
    return min(int(reports.right.sum()), int((~reports.right).sum())) >= FEWEST


def expected_error(worth: Floats, right: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al., AAAI 2015), 0..1."""
    if len(worth) == 0:
        return float("nan")
    rows = reliability(worth, right)
    return float(np.sum(rows[:, 2] * np.abs(rows[:, 0] - rows[:, 1])) / len(worth))


def reliability(worth: Floats, right: NDArray[np.bool_]) -> Floats:
    """Per bin that is not empty: mean probability, share that is right, how many."""
    bins = np.minimum((worth * BINS).astype(int), BINS - 1)
    filled = np.unique(bins)
    rows = [(worth[bins == b].mean(), right[bins == b].mean(), (bins == b).sum()) for b in filled]
    return np.array(rows, np.float64).reshape(-1, 3)


def fit_passes(best: Floats, frames: NDArray[np.intp], right: NDArray[np.bool_]) -> PassCurve:
    """Worth of the best score of a pass of n reporting frames. All arrays: (passes,)."""
    rise, fall = _beta_features(best)
    columns = np.column_stack([rise, fall, np.log(np.maximum(frames, 1))])
    weights = _logistic(columns, right, ((0, None), (0, None), (None, None)))
    constant, up, down, per_frame = (round(float(weight), 5) for weight in weights)
    return PassCurve(constant, up, down, per_frame)


def _unseen(method: "Callable[[Floats, NDArray[np.bool_]], Map]", reports: Reports) -> Floats:
    fold = folds(np.unique(reports.scene, return_inverse=True)[1].astype(np.intp), FOLDS)
    worth = reports.scores.copy()
    for number in np.unique(fold):
        mine, others = fold == number, fold != number
        if others.any():
            worth[mine] = method(reports.scores[others], reports.right[others])(
                reports.scores[mine]
            )
    return worth.clip(SURE, 1 - SURE)


def _log_loss(worth: Floats, right: NDArray[np.bool_]) -> float:
    return float(-np.mean(np.where(right, np.log(worth), np.log(1 - worth))))


def _as_it_is(scores: Floats, right: NDArray[np.bool_]) -> Map:
    return lambda x: np.asarray(x, np.float64)


def _platt(scores: Floats, right: NDArray[np.bool_]) -> Map:
    """Logistic in the log odds of the score (J. Platt, 1999)."""

    def columns(x: Floats) -> Floats:
        rise, fall = _beta_features(x)
        return (rise + fall)[:, None]

    weights = _logistic(columns(scores), right, ((0, None),))
    return lambda x: _worth(weights, columns(x))


def _beta(scores: Floats, right: NDArray[np.bool_]) -> Map:
    """Beta calibration (M. Kull, T. Silva Filho and P. Flach, AISTATS 2017)."""

    def columns(x: Floats) -> Floats:
        return np.column_stack(_beta_features(x))

    weights = _logistic(columns(scores), right, ((0, None), (0, None)))
    return lambda x: _worth(weights, columns(x))


def _isotonic(scores: Floats, right: NDArray[np.bool_]) -> Map:
    order = np.argsort(scores, kind="stable")
    at, first, count = np.unique(scores[order], return_index=True, return_counts=True)
    share = np.add.reduceat(right[order].astype(np.float64), first) / count
    steps = isotonic_regression(share, weights=count).x
    # Nothing is certain because a handful of reports agree.
    certain = 1 / (len(scores) + 2)
    return lambda x: np.interp(x, at, steps).clip(certain, 1 - certain)


METHODS: Final[Mapping[str, Callable[[Floats, NDArray[np.bool_]], Map]]] = MappingProxyType(
    {"none": _as_it_is, "platt": _platt, "beta": _beta, "isotonic": _isotonic}
)


def _beta_features(scores: Floats) -> tuple[Floats, Floats]:
    s = np.clip(scores, SURE, 1 - SURE)
    return np.log(s), -np.log1p(-s)


def _worth(weights: Floats, columns: Floats) -> Floats:
    result: Floats = expit(weights[0] + columns @ weights[1:])
    return result


def _logistic(
    columns: Floats, right: NDArray[np.bool_], bounds: Sequence[tuple[float | None, float | None]]
) -> Floats:
    """Constant and weights of a logistic regression, pulled a little towards (0, 1, 1 …, 0)."""
    towards = np.array([0.0, *(1.0 if low == 0 else 0.0 for low, _ in bounds)])
    sign = np.where(right, 1.0, -1.0)
    design = np.column_stack([np.ones(len(columns)), columns])

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (design @ weights)
        away = weights - towards
        value = np.logaddexp(0, -margin).sum() + PULL * (away**2).sum() / 2
        return float(value), -design.T @ (sign * expit(-margin)) + PULL * away

    found = minimize(loss, towards, jac=True, method="L-BFGS-B", bounds=[(None, None), *bounds])
    return np.asarray(found.x, np.float64)
