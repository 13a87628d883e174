"""How many hazards to expect in an area: sums that fade like what they are made of.

A hazard is expected p · 2^(−(t − t_ref)/H) times at time t. Hazards of one kind fade alike, so the
sum of their p at one reference time fades like each of them, and sums add up to larger ones.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp2
from typing import Final, NamedTuple

from hazardmap.core.decay import probability_at

_NOTHING: Final = 1e-9  # fewer are none


class Share(NamedTuple):
    """A part of a sum: a hazard with its probability, or all of one kind in a smaller area.

    expected: at t_ref, > 0.
    """

    kind: str
    expected: float
    t_ref: datetime
    half_life_s: float


class Count(NamedTuple):
    """How many to expect at the reference time, > 0, and in which time that halves."""

    expected: float
    half_life_s: float


@dataclass(frozen=True, slots=True)
class Counts:
    """What to expect in an area. t_ref: None where there is nothing. by_kind: in order of name."""

    t_ref: datetime | None
    by_kind: Mapping[str, Count]

    def shares(self) -> list[Share]:
        """As parts of the sum of a larger area."""
        if self.t_ref is None:
            return []
        return [Share(kind, n, self.t_ref, half) for kind, (n, half) in self.by_kind.items()]

    def expected(self, kind: str, at: datetime) -> float:
        """How many of a kind to expect at a time; before the reference time as then."""
        count = self.by_kind.get(kind)
        if count is None or self.t_ref is None:
            return 0.0
        return probability_at(count.expected, self.t_ref, count.half_life_s, at)


NONE: Final = Counts(None, {})
"""Where there is nothing to expect."""


def summed(shares: Iterable[Share]) -> Counts:
    """The sum at the latest of their reference times; their order is no matter.

    Where hazards of one kind have different half-lives (of different versions of the parameters),
    the sum gets the one with which it fades right at its reference time: n/H = Σ nᵢ/Hᵢ.
    """
    given = list(shares)
    t_ref = max((share.t_ref for share in given), default=None)
    if t_ref is None:
        return NONE
    parts: dict[str, list[tuple[float, float]]] = defaultdict(list)
    time, age_s = t_ref, 0.0
    for kind, expected, since, half_life_s in given:
        if since is not time:  # parts of one smaller area share theirs
            time, age_s = since, (t_ref - since).total_seconds()
        # probability_at, by hand: a change of the map sums some hundred parts.
        parts[kind].append((expected * exp2(-age_s / half_life_s), half_life_s))
    by_kind = {kind: _one(parts[kind]) for kind in sorted(parts)}
    by_kind = {kind: count for kind, count in by_kind.items() if count.expected > _NOTHING}
    return Counts(t_ref if by_kind else None, by_kind)


def _one(parts: Sequence[tuple[float, float]]) -> Count:
    """Of how many there are left and their half-lives. fsum: the order does not show."""
    expected = math.fsum([left for left, _ in parts])
    lives = {half_life_s for _, half_life_s in parts}
    if len(lives) == 1:
        return Count(expected, lives.pop())
    rate = math.fsum(left / half_life_s for left, half_life_s in parts)
    return Count(expected, expected / rate if rate > 0.0 else max(lives))
