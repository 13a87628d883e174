"""Whom the contributors' share of a sale belongs to: those whose evidence told what was sold.

What a pass told is settled once it is known whether the hazard was there: the bits by which it
moved the map towards the truth. A pass that repeats what is known tells little; one that denies
what was never there tells as much as one that reports what was.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from uuid import UUID

from hazardmap.core.decay import probability_at
from hazardmap.core.hazard import Evidence
from hazardmap.core.verdict import Decision

_MICRO: Final = 1_000_000
_SURE: Final = 1e-6  # no probability counts as nearer to 0 or 1
_BELIEVED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Trail:
    """All that was said about one hazard. evidence: in order of time. verdict: a moderator's."""

    evidence: Sequence[Evidence]
    half_life_s: float
    verdict: Decision | None = None

    @property
    def existed(self) -> bool:
        """Whether it was there: by a moderator's word, else by two witnesses and the odds."""
        if self.verdict is not None:
            return self.verdict is not Decision.REJECT
        witnesses = {item.witness for item in self.evidence if item.seen}
        return len(witnesses) > 1 and any(item.p_after >= _BELIEVED for item in self.evidence)


def bits_told(trail: Trail) -> dict[int, Fraction]:
    """Settled bits by witness, in whole millionths: log2(p_after / p_before) of the truth.

    Before a pass the probability is what the one before left, faded; before the first it follows
    from odds_before = odds_after / 2^log2_ratio. Below zero for who told more against the truth
    than for it.
    """
    sums: defaultdict[int, float] = defaultdict(float)
    existed, left = trail.existed, None
    for item in trail.evidence:
        if left is None:
            before = item.p_after / (item.p_after + (1.0 - item.p_after) * 2.0**item.log2_ratio)
        else:
            before = probability_at(left.p_after, left.last_at, trail.half_life_s, item.last_at)
        sums[item.witness] += _log2(item.p_after, existed) - _log2(before, existed)
        left = item
    told = {witness: Fraction(round(bits * _MICRO), _MICRO) for witness, bits in sums.items()}
    return {witness: bits for witness, bits in sorted(told.items()) if bits}


def _log2(p: float, existed: bool) -> float:
    """Of the probability that the truth was given."""
    p = min(max(p, _SURE), 1.0 - _SURE)
    return math.log2(p if existed else 1.0 - p)


def weights(
    delivered: Mapping[UUID | None, Fraction], trails: Mapping[UUID, Trail]
) -> dict[int | None, Fraction]:
    """By witness, what of a sale is theirs: the units that each hazard was (None: that had none)
    are shared by the bits that were told about it. None: what nobody's evidence stands behind.

    Who told the truth shares alone; who told against it gets nothing, and owes `penalties`.
    """
    found: defaultdict[int | None, Fraction] = defaultdict(Fraction)
    for hazard_id, units in delivered.items():
        trail = None if hazard_id is None else trails.get(hazard_id)
        told = {who: bits for who, bits in bits_told(trail).items() if bits > 0} if trail else {}
        total = sum(told.values(), Fraction(0))
        if not total:
            found[None] += units
        for witness, bits in told.items():
            found[witness] += units * bits / total
    return dict(found) or {None: Fraction(1)}


def penalties(
    delivered: Mapping[UUID | None, Fraction], trails: Mapping[UUID, Trail]
) -> dict[int, Fraction]:
    """By witness, what of a sale was spoilt by what they told against the truth: the units that a
    hazard was, by their part of all bits that were told about it, for and against."""
    found: defaultdict[int, Fraction] = defaultdict(Fraction)
    for hazard_id, units in delivered.items():
        trail = None if hazard_id is None else trails.get(hazard_id)
        told = bits_told(trail) if trail else {}
        total = sum(map(abs, told.values()), Fraction(0))
        for witness, bits in told.items():
            if bits < 0:
                found[witness] -= units * bits / total
    return dict(found)
