"""Where things stand after one more pass, those beside them that it did not report included.

A receiver's error shifts all that a pass reports alike. Neighbours owe their places to the same
passes, so most of their error is common to them, and what is between them is known much better
than where they are. So a pass moves a row as a whole (simultaneous localisation and mapping with
an extended Kalman filter, Smith, Self & Cheeseman 1990, on one row at a time).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from hazardmap.core.geodesy import Floats

_NOWHERE_M2: Final = 1e6  # variance of the place of a thing that was never reported before
_LEAST_OWN_M2: Final = 0.05


class Place(NamedTuple):
    """mean_m: (2,) east, north. own_m2: (2, 2), covariance of what is not common to a row.
    common_m2: variance per axis of what is; of two neighbours, the lesser is common to both."""

    mean_m: Floats
    own_m2: Floats
    common_m2: float

    @property
    def cov_m2(self) -> Floats:
        cov: Floats = self.own_m2 + self.common_m2 * np.eye(2)
        return cov


Report = tuple[Floats, Floats]
"""(mean_m, cov_m2) of what a pass reports, without the position error of the pass."""


def first_placed(report: Report, shared_m2: float) -> Place:
    """A thing by the only report of it. shared_m2: variance per axis of the pass's position."""
    return Place(*report, shared_m2)


def placed_anew(
    row: Sequence[Place | None], reports: Sequence[Report | None], shared_m2: float
) -> list[Place]:
    """A row after a pass. row: None for things that the pass reports first. reports: None for
    things that it did not report; at least one is not.

    common to two neighbours is the lesser of what each has: the one that is known better was there
    for all passes of the other.
    """
    seen = np.array([i for i, report in enumerate(reports) if report is not None])
    told = [report for report in reports if report is not None]
    mean, cov, common = _state(row)
    z = np.array([mean_m for mean_m, _ in told])
    rows = (2 * seen[:, None] + np.arange(2)).ravel()
    error = np.kron(np.full((len(told), len(told)), shared_m2), np.eye(2))
    for k, (_, cov_m2) in enumerate(told):
        error[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] += cov_m2
    gain = np.linalg.solve(cov[np.ix_(rows, rows)] + error, cov[rows]).T
    mean = mean + (gain @ (z.ravel() - mean.ravel()[rows])).reshape(-1, 2)
    cov = cov - gain @ cov[rows]
    most = common.copy()  # nobody has more in common than the passes' errors leave
    most[seen] = common[seen] * shared_m2 / (common[seen] + shared_m2)
    return _places(mean, cov, most)


def joined(a: Place, b: Place) -> Place:
    """Two places that proved to be one."""
    weight_a, weight_b = np.linalg.inv(a.own_m2), np.linalg.inv(b.own_m2)
    own = np.linalg.inv(weight_a + weight_b)
    mean = own @ (weight_a @ a.mean_m + weight_b @ b.mean_m)
    return Place(mean, (own + own.T) / 2.0, min(a.common_m2, b.common_m2))


def _state(row: Sequence[Place | None]) -> tuple[Floats, Floats, Floats]:
    """(means (n, 2), joint covariance (2n, 2n), common variances (n,))."""
    mean = np.array([place.mean_m if place else np.zeros(2) for place in row])
    common = np.array([place.common_m2 if place else 0.0 for place in row])
    cov = np.kron(np.minimum.outer(common, common), np.eye(2))
    for i, place in enumerate(row):
        own = place.own_m2 if place else _NOWHERE_M2 * np.eye(2)
        cov[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] += own
    return mean, cov, np.where([place is None for place in row], _NOWHERE_M2, common)


def _places(mean: Floats, cov: Floats, most: Floats) -> list[Place]:
    """Own and common parts of a joint covariance; most: (n,), upper limits of the common ones."""
    count = len(mean)
    blocks = cov.reshape(count, 2, count, 2)
    shared = (blocks[:, 0, :, 0] + blocks[:, 1, :, 1]) / 2.0
    np.fill_diagonal(shared, -np.inf if count > 1 else np.inf)
    common = np.minimum(shared.max(axis=1), most)
    found = []
    for i in range(count):
        total = (blocks[i, :, i] + blocks[i, :, i].T) / 2.0
        least = float(np.linalg.eigvalsh(total)[0]) - _LEAST_OWN_M2
        part = max(min(float(common[i]), least), 0.0)
        found.append(Place(mean[i], total - part * np.eye(2), part))
    return found
