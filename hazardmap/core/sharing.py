"""Whom the contributors' share of a sale belongs to: those whose evidence told what was sold.

What a pass told is settled once it is known whether the hazard was there: the bits by which it
moved the map towards the truth. A pass that repeats what is known tells little; one that denies
what was never there tells as much as one that reports what was. Where nobody can know, nobody is
paid and nobody owes (docs/adr/0040-what-is-paid-for.md).
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property
from typing import Final
from uuid import UUID

from hazardmap.core.decay import probability_at
from hazardmap.core.hazard import Evidence
from hazardmap.core.verdict import Decision

_MICRO: Final = 1_000_000
_SURE: Final = 1e-6  # no probability counts as nearer to 0 or 1
_BELIEVED: Final = 0.5
_DISPROVED: Final = 0.1  # a hazard is cleared, and so looked at no more, soon below this
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_WITNESSES: Final = 2  # nobody settles alone what is paid for


@dataclass(frozen=True)
class Trail:
    """All that was said about one hazard. evidence: in order of time.

    cleared: it ended because it was seen to be gone. aliases: witness → the witness that he is one
    with. verdict: a moderator's, given at verdict_at.
    """

    evidence: Sequence[Evidence]
    half_life_s: float
    cleared: bool = False
    aliases: Mapping[int, int] = field(default_factory=dict)
    verdict: Decision | None = None
    verdict_at: datetime | None = None

    @cached_property
    def real(self) -> bool | None:
        """Whether it was no mistake, None where nobody can know: by a moderator's word, else by
        what is believed at the end, if two witnesses on that side stand behind it."""
        if self.verdict is not None:
            return self.verdict is not Decision.REJECT
        reporters = {self._who(item) for item in self.evidence if item.seen}
        if len(reporters) >= _WITNESSES and self._believed >= _BELIEVED:
            return True
        deniers = {self._who(item) for item in self.evidence if not item.seen} - reporters
        if len(deniers) >= _WITNESSES and self._believed <= _DISPROVED:
            return False
        return None

    @cached_property
    def told(self) -> Sequence[tuple[int, float]]:
        """Witness and bits told for the truth by each line; 0 where nobody can know."""
        return [
            (item.witness, self._bits(item, before))
            for item, before in zip(self.evidence, self._before(), strict=True)
        ]

    def _bits(self, item: Evidence, before: float) -> float:
        there = self._there(item)
        return 0.0 if there is None else _log2(item.p_after, there) - _log2(before, there)

    def _there(self, item: Evidence) -> bool | None:
        """Whether it was there when the pass looked.

        A real thing was, up to the last report of it; who saw nothing later told the truth if it
        ended so.
        """
        if not self.real or item.seen or item.last_at <= self._last_known:
            return self.real
        return False if self.cleared else None

    @cached_property
    def _last_known(self) -> datetime:
        """Of something real: when it was there the last time, by a report or a moderator."""
        known = [item.last_at for item in self.evidence if item.seen]
        if self.verdict is Decision.CONFIRM and self.verdict_at is not None:
            known.append(self.verdict_at)
        return max(known, default=_NEVER)

    @property
    def _believed(self) -> float:
        """That it was real, at the end. Of old rows only the highest probability tells it."""
        real = self.evidence[-1].real if self.evidence else 0.0
        return max(item.p_after for item in self.evidence) if real is None else real

    def _before(self) -> Iterator[float]:
        """The probability before each line, as the map told it.

        Of old rows: what the line before left, faded; before the first it follows from
        odds_before = odds_after / 2^log2_ratio.
        """
        left: Evidence | None = None
        for item in self.evidence:
            if item.p_before is not None:
                yield item.p_before
            elif left is None:
                yield item.p_after / (item.p_after + (1.0 - item.p_after) * 2.0**item.log2_ratio)
            else:
                yield probability_at(left.p_after, left.last_at, self.half_life_s, item.last_at)
            left = item

    def _who(self, item: Evidence) -> int:
        return self.aliases.get(item.witness, item.witness)


def bits_told(trail: Trail) -> dict[int, Fraction]:
    """Settled bits by witness, in whole millionths: log2(p_after / p_before) of the truth.

    Below zero for who told more against the truth than for it.
    """
    sums: defaultdict[int, float] = defaultdict(float)
    for witness, bits in trail.told:
        sums[witness] += bits
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
