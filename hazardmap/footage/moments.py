"""Which moments of a drive are worth a picture: some metres apart, and none while standing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hazardmap.core.geometry.geodesy import between
from hazardmap.footage.track import Fix, Motion, motion_at, position_at

SPACING_M: Final = 6.0  # as on the phone
SHORTEST_S: Final = 0.3
"""Half of what the site takes in a minute, and more than a still needs to be chosen from."""
_STEP_S: Final = 0.1
LONGEST_S: Final = 24 * 3600.0
WORST_ACCURACY_M: Final = 50.0  # as on the phone
_STANDING_MPS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Moment:
    """at_s: since the video began."""

    at_s: float
    motion: Motion


@dataclass(frozen=True, slots=True)
class Chosen:
    """moments: in order of time. unplaced_s: of how much of the video nobody knows the place.
    imprecise_s: of how much it is known to worse than WORST_ACCURACY_M only.
    """

    moments: Sequence[Moment]
    unplaced_s: float
    imprecise_s: float


def moments(
    track: Sequence[Fix], *, began_at: datetime, length_s: float, every: timedelta
) -> Chosen:
    """At least `every` apart."""
    chosen: list[Moment] = []
    unplaced = imprecise = 0
    apart_s = max(every.total_seconds(), SHORTEST_S)
    step = 0
    while (at_s := step * _STEP_S) < min(length_s, LONGEST_S):
        step += 1
        at = began_at + timedelta(seconds=at_s)
        if chosen and at_s - chosen[-1].at_s < apart_s - _STEP_S / 2:
            continue
        here = position_at(track, at)
        unplaced += here is None
        if here is None or (chosen and _near(chosen[-1].motion, here)):
            continue
        motion = motion_at(track, at)
        if motion is None or motion.speed_mps < _STANDING_MPS:
            continue
        if motion.accuracy_m is None or motion.accuracy_m <= WORST_ACCURACY_M:
            chosen.append(Moment(at_s, motion))
        else:
            imprecise += 1
    return Chosen(chosen, unplaced * _STEP_S, imprecise * _STEP_S)


def _near(last: Motion, here: tuple[float, float]) -> bool:
    _, distance_m = between(last.lon, last.lat, *here)
    return not distance_m >= SPACING_M
