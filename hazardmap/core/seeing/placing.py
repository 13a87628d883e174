"""Where things stand after one more pass, those beside them that it did not report included.

A receiver's error shifts all that a pass reports alike. Neighbours owe their places to the same
passes, so most of their error is common to them, and what is between them is known much better
than where they are. So a pass moves a row as a whole (simultaneous localisation and mapping with
an extended Kalman filter, Smith, Self & Cheeseman 1990, on one row at a time).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from hazardmap.core.geometry.geodesy import Floats

_EYE: Final = np.eye(2)
_NOWHERE_M2: Final = 1e6  # variance of the place of a thing that was never reported before

Placed = tuple[str, Floats, Floats]
"""(family, mean_m, cov_m2) of something that can be assigned."""


class Report(NamedTuple):
    """What a pass says of one thing: mean_m (2,), cov_m2 (2, 2) without the position error that
    its frames share, whose variance per axis is shared_m2."""

    mean_m: Floats
    cov_m2: Floats
    shared_m2: float


class Place(NamedTuple):
    """mean_m: (2,) east, north. own_m2: (2, 2), what the camera's errors leave. common_m2: what
    the position errors of the passes that reported it leave, variance per axis.

    Both are as if it stood alone: what its neighbours tell moves it, but makes it no surer, since
    in a row a report may have been meant for the neighbour.
    """

    mean_m: Floats
    own_m2: Floats
    common_m2: float

    @property
    def cov_m2(self) -> Floats:
        cov: Floats = self.own_m2 + self.common_m2 * _EYE
        return cov


def placed_anew(known: Sequence[tuple[Place, Report | None]], new: Sequence[Report]) -> list[Place]:
    """A row after a pass that reported any of it: what was known, each with what the pass says of
    it, then what is new.

    Of two neighbours the lesser common variance is common to both: the one that is known better
    was there for the passes of the other.
    """
    after = [joined(place, Place(*report)) if report else place for place, report in known]
    after += [Place(*report) for report in new]
    if len(after) == 1:
        return after
    told = [report for _, report in known if report] + list(new)
    seen = [i for i, (_, report) in enumerate(known) if report]
    seen += range(len(known), len(known) + len(new))
    means, cov = _state([place for place, _ in known], len(new))
    shared_m2 = sum(report.shared_m2 for report in told) / len(told)
    error = np.kron(np.full((len(told), len(told)), shared_m2), np.eye(2))
    for k, report in enumerate(told):
        error[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] += report.cov_m2
    rows = (2 * np.array(seen)[:, None] + np.arange(2)).ravel()
    off = np.array([report.mean_m for report in told]) - means[seen]
    gain = cov[:, rows] @ np.linalg.inv(cov[np.ix_(rows, rows)] + error)
    means += (gain @ off.ravel()).reshape(-1, 2)
    return [place._replace(mean_m=mean_m) for place, mean_m in zip(after, means, strict=True)]


def _state(known: Sequence[Place], new: int) -> tuple[Floats, Floats]:
    """Means (n, 2) and joint covariance (2n, 2n) of known things and new ones, before the pass."""
    places = [*known, *(Place(np.zeros(2), _NOWHERE_M2 * np.eye(2), 0.0) for _ in range(new))]
    common = np.array([place.common_m2 for place in places])
    cov = np.kron(np.minimum.outer(common, common), np.eye(2))
    for i, place in enumerate(places):
        cov[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] += place.own_m2
    return np.array([place.mean_m for place in places]), cov


def joined(a: Place, b: Place) -> Place:
    """The best mean of two independent places of one thing, its error parted as theirs are."""
    gain = a.cov_m2 @ np.linalg.inv(a.cov_m2 + b.cov_m2)
    rest = np.eye(2) - gain
    own = rest @ a.own_m2 @ rest.T + gain @ b.own_m2 @ gain.T
    kept, taken = (float((part**2).sum()) / 2.0 for part in (rest, gain))
    common = kept * a.common_m2 + taken * b.common_m2
    return Place(a.mean_m + gain @ (b.mean_m - a.mean_m), (own + own.T) / 2.0, common)
