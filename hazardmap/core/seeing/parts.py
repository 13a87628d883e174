"""Things that one pass reports in parts: some of its frames place them where the others do not.

Errors of pitch, height and size shift far and near sightings of one thing apart, and what fits
neither well starts a thing of its own. The frames tell it from two things: two would be reported
together in some of the frames that show both places; the parts of one take turns.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hazardmap.core.geometry.geodesy import Floats
from hazardmap.core.geometry.linking import ROW_M, in_row, pairwise_m
from hazardmap.core.seeing.passes import heading_deg
from hazardmap.core.seeing.sightings import Sighting, Thing

_AROUND_M: Final = 60.0  # a thing with no other of its family this near is alone
_LONE_D2: Final = 18.4  # 99.99 %
_FARTHEST_D2: Final = 13.8  # 99.9 %
_NEAREST_M: Final = 4.0  # what is closer is below the frame

BESIDE_PER_M2: Final = 1.0 / (math.pi * ROW_M**2)
"""Where the second of two would stand."""
IN_A_ROW: Final = math.log(1.0 / 50.0)
"""Log-odds of one against two, where a third is close by."""
SURE: Final = math.log(20.0)
"""Log-odds at which two are joined."""


def mended(found: Sequence[Thing]) -> list[Thing]:
    """The things of a pass, with those made whole that it reports in two parts or more.

    Parts are of one family and never in one frame. Where a pass has nothing else of the family
    around, closeness alone joins them; elsewhere the odds have to be twenty to one.
    """
    left = list(found)
    while pair := _surest(left):
        i, j = pair
        left[i] = _joined(left[i], left[j])
        del left[j]
    return left


def _surest(found: Sequence[Thing]) -> tuple[int, int] | None:
    """The pair that is most surely one thing, i < j; None where none is sure enough."""
    if len(found) < 2:
        return None
    apart_m, squared = _pairwise(found)
    around = (apart_m <= _AROUND_M).sum(axis=1) - 1
    row = in_row(apart_m)
    best, sure = None, SURE
    for i, j in np.argwhere(np.triu(squared <= _LONE_D2, 1)).tolist():
        frames = [{s.view.frame_id for s in found[k].sightings} for k in (i, j)]
        if not frames[0].isdisjoint(frames[1]):
            continue
        if around[i] == around[j] == 1:
            return i, j
        if squared[i, j] <= _FARTHEST_D2:
            odds = log_odds(found[i], found[j], float(squared[i, j]))
            odds += IN_A_ROW if row[i] or row[j] else 0.0
            if odds > sure:
                best, sure = (i, j), odds
    return best


def _pairwise(found: Sequence[Thing]) -> tuple[Floats, Floats]:
    """Metres between them and squared Mahalanobis distances, (n, n); inf between families."""
    means = np.array([thing.mean_m for thing in found])
    covs = np.array([thing.cov_m2 for thing in found])
    families = np.array([thing.family for thing in found])
    off_m = means[:, None] - means[None]
    apart_m = pairwise_m(means)
    same = families[:, None] == families[None]
    joint = covs[:, None] + covs[None]
    squared = np.einsum("ijk,ijkl,ijl->ij", off_m, np.linalg.inv(joint), off_m)
    possible: NDArray[np.bool_] = same & (apart_m <= _AROUND_M)
    return np.where(same, apart_m, np.inf), np.where(possible, squared, np.inf)


def log_odds(a: Thing, b: Thing, squared: float) -> float:
    """Natural logarithm of the odds that a and b, in no frame together, are one, from even ones.

    Of n frames that show both places, those with a and those with b would be drawn at random if
    they were two: that none has both has probability 1 / C(n, frames with a).
    """
    spread_m2 = 2.0 * math.pi * math.sqrt(float(np.linalg.det(a.cov_m2 + b.cov_m2)))
    close = -squared / 2.0 - math.log(spread_m2 * BESIDE_PER_M2)
    with_a = sum(_in_view(seen, b.mean_m) for seen in a.sightings)
    with_b = sum(_in_view(seen, a.mean_m) for seen in b.sightings)
    return close + math.log(math.comb(with_a + with_b, with_a))


def _in_view(seen: Sighting, place_m: Floats) -> bool:
    """Whether the frame of a sighting shows a place."""
    east_m, north_m = (place_m - seen.camera_m).tolist()
    camera = seen.view.camera
    lens_rad = math.radians((heading_deg(seen.view) or 0.0) + camera.yaw_deg)
    off = math.remainder(math.atan2(east_m, north_m) - lens_rad, 2.0 * math.pi)
    near = math.hypot(east_m, north_m) < _NEAREST_M
    return not near and abs(off) <= math.radians(camera.hfov_deg) / 2.0


def _joined(a: Thing, b: Thing) -> Thing:
    """No surer of its place than the surer part: the errors of a pass are common to both."""
    gain = a.cov_m2 @ np.linalg.inv(a.cov_m2 + b.cov_m2)
    return replace(
        a,
        mean_m=a.mean_m + gain @ (b.mean_m - a.mean_m),
        cov_m2=min(a.cov_m2, b.cov_m2, key=lambda cov: float(np.linalg.det(cov))),
        sightings=[*a.sightings, *b.sightings],
        twins=[*a.twins, *b.twins],
    )
