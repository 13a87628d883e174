"""Whom the contributors' share of a sale belongs to: those whose evidence told what was sold.

What a pass told is settled once it is known whether the hazard was there: the bits by which it
moved the map towards the truth. A pass that repeats what is known tells little; one that denies
what was never there tells as much as one that reports what was. Where nobody can know, nobody is
paid and nobody owes. Only what was told before a sale has made it or spoilt it; what comes later
settles what was the truth (docs/adr/0040-what-is-paid-for.md).
"""

import heapq
import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, NamedTuple
from uuid import UUID

from hazardmap.core.decay import probability_at
from hazardmap.core.fusion.hazard import Evidence
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.ids import uuid7
from hazardmap.core.selling.splitting import split

PARTS: Final = 10**12
"""A unit is shared in so many. As fractions, what a thousand hazards were has a denominator of
thousands of digits, which nobody can write down."""
_MICRO: Final = 1_000_000
_SURE: Final = 1e-6  # no probability counts as nearer to 0 or 1
_BELIEVED: Final = 0.5
_DISPROVED: Final = 0.1  # a hazard is cleared, and so looked at no more, soon below this
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_WITNESSES: Final = 2  # nobody settles alone what is paid for


class Contribution(NamedTuple):
    """Bits for the truth (> 0) or against it (< 0) by one pass; 0 where nobody can know.

    came: the youngest id of all that it is made of, which sorts by when we received it. The times
    of a pass are what its device says; the ids of frames are made when they come.
    """

    came: UUID
    witness: int
    bits: float


class Sold(NamedTuple):
    """A hazard as it was sold, None: an answer without one. lines: how many of its trail had been
    received by then."""

    hazard_id: UUID | None
    lines: int = 0


@dataclass(frozen=True)
class Trail:
    """All that was said about one hazard. evidence: in order of time.

    cleared: it ended because it was seen to be gone. aliases: witness → the witness that he is one
    with. verdict: a moderator's.
    """

    evidence: Sequence[Evidence]
    half_life_s: float
    cleared: bool = False
    aliases: Mapping[int, int] = field(default_factory=dict)
    verdict: Ruling | None = None

    @cached_property
    def real(self) -> bool | None:
        """Whether it was no mistake, None where nobody can know: by a moderator's word, else by
        what is believed at the end, if two witnesses on that side stand behind it, and not on
        their devices' word alone (docs/adr/0042-own-eyes.md)."""
        if self.verdict is not None:
            return self.verdict is not Ruling.REJECT
        reports = [item for item in self.evidence if item.seen]
        reporters = {self._who(item) for item in reports}
        if self._settle(reports) and self._believed >= _BELIEVED:
            return True
        denied = [item for item in self.evidence if not item.seen]
        others = [item for item in denied if self._who(item) not in reporters]
        if self._settle(others) and self._believed <= _DISPROVED:
            return False
        return None

    def _settle(self, lines: Sequence[Evidence]) -> bool:
        witnesses = {self._who(item) for item in lines}
        return len(witnesses) >= _WITNESSES and any(item.checked for item in lines)

    @cached_property
    def contributions(self) -> Sequence[Contribution]:
        """What each line told, in the order in which we received them."""
        lines = zip(self.evidence, self._before(), strict=True)
        found = [
            Contribution(
                max((item.pass_id, *item.observations)), item.witness, self._bits(item, before)
            )
            for item, before in lines
        ]
        return sorted(found, key=lambda one: one.came)

    def received(self, before: datetime) -> int:
        """How many lines we had received before a time."""
        return bisect_left(self.contributions, uuid7(before, bytes(10)), key=lambda one: one.came)

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
        """Of something real: when it was there the last time, by a report."""
        return max((item.last_at for item in self.evidence if item.seen), default=_NEVER)

    @property
    def _believed(self) -> float:
        """That it was real, at the end. Of old rows only the highest probability tells it."""
        real = self.evidence[-1].real
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


def microbits_told(trail: Trail, lines: int | None = None) -> dict[int, int]:
    """Settled bits by witness, in whole millionths: log2(p_after / p_before) of the truth.

    lines: only of so many, those that were received first. Below zero for who told more against
    the truth than for it.
    """
    sums: defaultdict[int, float] = defaultdict(float)
    for _, witness, bits in trail.contributions[:lines]:
        sums[witness] += bits
    told = {witness: round(bits * _MICRO) for witness, bits in sorted(sums.items())}
    return {witness: bits for witness, bits in told.items() if bits}


def _log2(p: float, existed: bool) -> float:
    """Of the probability that the truth was given."""
    p = min(max(p, _SURE), 1.0 - _SURE)
    return math.log2(p if existed else 1.0 - p)


class Part(NamedTuple):
    """Of what a hazard was of a sale, what one witness earns or has spoilt; both in PARTS.

    witness, hazard_id: None where nobody's evidence stands behind it, and where there was none.
    """

    witness: int | None
    hazard_id: UUID | None
    parts: int
    sold: int


def earned(sold: Mapping[Sold, int], trails: Mapping[UUID, Trail]) -> list[Part]:
    """The PARTS that each hazard was, shared by the bits that had been told about it.

    Who told the truth shares alone; who told against it gets nothing, and owes what is `spoilt`.
    One Part for each witness and hazard, whenever it was sold.
    """
    return _together(_shared(sold, trails))


def spoilt(sold: Mapping[Sold, int], trails: Mapping[UUID, Trail]) -> list[Part]:
    """What was told against the truth: of the PARTS that a hazard was, that part of all bits that
    had been told about it, for and against. One Part for each witness and hazard."""
    return _together(_owed(sold, trails))


def weights(parts: Iterable[Part]) -> dict[int | None, int]:
    """By witness, what of a sale they have `earned`."""
    found = Counter[int | None]()
    for part in parts:
        found[part.witness] += part.parts
    return dict(found) or {None: 1}


def penalties(parts: Iterable[Part]) -> dict[int, int]:
    """By witness, what of a sale they have `spoilt`."""
    found = Counter[int]()
    for part in parts:
        if part.witness is not None:
            found[part.witness] += part.parts
    return dict(found)


def reasons(parts: Iterable[Part], most: int) -> list[Part]:
    """For each witness the hazards that were most of what is his, so many at most."""
    of: defaultdict[int, list[tuple[int, UUID, Part]]] = defaultdict(list)
    for part in parts:
        if part.witness is not None and part.hazard_id is not None:
            of[part.witness].append((-part.parts, part.hazard_id, part))
    return [part for rows in of.values() for _, _, part in heapq.nsmallest(most, rows)]


def _shared(sold: Mapping[Sold, int], trails: Mapping[UUID, Trail]) -> Iterator[Part]:
    for one, parts in sold.items():
        told = {who: bits for who, bits in _told(one, trails).items() if bits > 0}
        for who, part in (split(parts, told) if told else {None: parts}).items():
            if part:
                yield Part(who, one.hazard_id, part, parts)


def _owed(sold: Mapping[Sold, int], trails: Mapping[UUID, Trail]) -> Iterator[Part]:
    for one, parts in sold.items():
        told = _told(one, trails)
        total = sum(map(abs, told.values()))
        for who, bits in told.items():
            part = parts * -bits // total if bits < 0 else 0
            if part:
                yield Part(who, one.hazard_id, part, parts)


def _told(one: Sold, trails: Mapping[UUID, Trail]) -> dict[int, int]:
    """Microbits by witness of what was known of it when it was sold."""
    trail = None if one.hazard_id is None else trails.get(one.hazard_id)
    return microbits_told(trail, one.lines) if trail else {}


def _together(parts: Iterable[Part]) -> list[Part]:
    """A hazard that changes is sold as another many times in a month: a country's month would
    be millions of parts."""
    sums: defaultdict[tuple[int | None, UUID | None], list[int]] = defaultdict(lambda: [0, 0])
    for part in parts:
        both = sums[part.witness, part.hazard_id]
        both[0] += part.parts
        both[1] += part.sold
    return [Part(*whose, *both) for whose, both in sums.items()]
