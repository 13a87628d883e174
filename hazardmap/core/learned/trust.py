"""How far a contributor is to be believed: a Beta posterior from what others found later.

A claim is a report of a hazard. It is tested by passes of other witnesses that look at the same
spot soon after, and by moderators; what others claim on their devices' word alone confirms nothing
(docs/adr/0042-own-eyes.md). Each claim counts by how much it claimed: a doubtful single
box that nobody confirms is an honest detector's daily bread, many sure boxes around nothing are
not. Silence where others keep reporting is a claim as well. (Jøsang & Ismail, "The beta reputation
system", 2002.)
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice
from typing import Final

from hazardmap.core.fusion.hazard import Evidence
from hazardmap.core.fusion.persistence import survival
from hazardmap.core.fusion.verdict import Ruling

_PRIOR_FOR: Final = 3.0  # a new contributor: mean 0.75
_PRIOR_AGAINST: Final = 1.0
_FAR_HALF_LIVES: Final = 2.0  # later looks test what may long have gone
_MODERATOR: Final = 4.0  # a moderator's word counts as that many tested claims
_CLEAR: Final = 0.5  # visibility from which silence means something
_IDLE_BITS, _CERTAIN_BITS = 4.0, 10.0  # a claim of so many counts as nearly nothing, in full
_LEAST_WEIGHT: Final = 0.05
_ALLIES: Final = 2  # claims that two supported and more others denied
_ALLIES_SHARE: Final = 0.5  # of what the two support together
_LOWEST: Final = 0.02
_STEP: Final = 0.05  # a trust that moves by less stays: it changes hardly anything on the map


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of one hazard, for trust: its trail, half-life and what moderators said.

    evidence: in order of time, given-up candidates included, else liars go unpunished.
    """

    evidence: Sequence[Evidence]
    half_life_s: float
    verdict: Ruling | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Weights of claims that held and that failed, without the prior."""

    held: float = 0.0
    failed: float = 0.0

    def __add__(self, other: "Record") -> "Record":
        return Record(self.held + other.held, self.failed + other.failed)

    @property
    def trust(self) -> float:
        """Mean of the Beta posterior, 0.02..1."""
        held, failed = _PRIOR_FOR + self.held, _PRIOR_AGAINST + self.failed
        return max(held / (held + failed), _LOWEST)


@dataclass(frozen=True, slots=True)
class Reputation:
    """Records per witness, and witnesses that speak with one voice: member → its smallest ally."""

    records: Mapping[int, Record]
    alias: Mapping[int, int]

    @property
    def trusts(self) -> dict[int, float]:
        """A snapshot for `FusionParams.trusts`."""
        return {witness: record.trust for witness, record in sorted(self.records.items())}


def newcomer() -> float:
    """Trust in somebody of whom nothing is known."""
    return Record().trust


def reputation(
    claims: Callable[[], Iterable[Claim]], company: Iterable[tuple[int, int]] = ()
) -> Reputation:
    """What all that has happened tells of each contributor; the order of claims does not matter.

    claims: called twice, so that they can come as a stream. company: witnesses known to be one.
    """
    alias = one_voice([*_allies(claims()), *company])
    return Reputation(_records(claims(), alias), alias)


def _records(claims: Iterable[Claim], alias: Mapping[int, int]) -> dict[int, Record]:
    """How the claims of each contributor turned out; those of one voice do not test each other."""
    found: dict[int, Record] = defaultdict(Record)
    for claim in claims:
        for item, record in _tested(claim, alias):
            found[item.witness] += record
    return dict(found)


def settled(new: Mapping[int, float], old: Mapping[int, float]) -> dict[int, float]:
    """The new trusts, each as it was where it has hardly moved: so most of a map stays as it is."""
    return {
        witness: old[witness] if abs(old.get(witness, 2.0) - trust) < _STEP else trust
        for witness, trust in new.items()
    }


def untempered_bits(bits: float, trust: float) -> float:
    """What evidence for a hazard claimed before `Likelihood.tempered` by this trust, 0..1.

    Else who is believed little would seem to claim little, and be believed again. bits: > 0 speak
    for the hazard; others are returned as they are.
    """
    claimed = (2.0**bits - (1.0 - trust)) / max(trust, _LOWEST)
    return math.log2(claimed) if bits > 0.0 else bits


def _tested(claim: Claim, alias: Mapping[int, int]) -> list[tuple[Evidence, Record]]:
    """Each report of a hazard, and each clear silence amid reports, with how it turned out."""
    found = []
    reporters = _reporters(claim.evidence, alias)
    for i, item in enumerate(claim.evidence):
        bits = (item.log2_ratio - _IDLE_BITS) / (_CERTAIN_BITS - _IDLE_BITS)
        weight = min(max(bits, _LEAST_WEIGHT), 1.0)
        if claim.verdict is not None and item.seen:
            held = claim.verdict is not Ruling.REJECT
            found.append((item, _record(held, _MODERATOR * weight)))
        elif item.seen:
            support, denial = _later(claim, i, alias)
            if support or denial:
                found.append((item, _record(bool(support), weight * max(support, denial))))
        elif item.visibility >= _CLEAR and _stood(
            reporters, i, alias.get(item.witness, item.witness)
        ):
            found.append((item, Record(failed=item.visibility / 4.0)))
    return found


def _record(held: bool, weight: float) -> Record:
    return Record(held=weight) if held else Record(failed=weight)


def _later(claim: Claim, i: int, alias: Mapping[int, int]) -> tuple[float, float]:
    """How well others confirmed the report at index i, and else how well they denied it, 0..1.

    Two clear looks of different others deny; one may have missed it.
    """
    item = claim.evidence[i]
    me = alias.get(item.witness, item.witness)
    deniers: dict[int, float] = {}
    for other in chain(islice(claim.evidence, i + 1, None), reversed(claim.evidence[:i])):
        who = alias.get(other.witness, other.witness)
        if who == me or not other.checked or not (other.seen or other.visibility >= _CLEAR):
            continue
        apart_s = abs((other.last_at - item.last_at).total_seconds())
        stands = survival(apart_s, claim.half_life_s)
        if stands < 2.0**-_FAR_HALF_LIVES:
            continue
        if other.seen:
            return 1.0, 0.0
        if other.last_at > item.last_at:
            deniers[who] = max(deniers.get(who, 0.0), stands * other.visibility)
    surest = sorted(deniers.values(), reverse=True)[:2]
    return 0.0, surest[0] * surest[1] if len(surest) == 2 else 0.0


def _reporters(evidence: Sequence[Evidence], alias: Mapping[int, int]) -> dict[int, range]:
    """From where to where in the trail each account reported, as far as that is checked."""
    found: dict[int, range] = {}
    for i, item in enumerate(evidence):
        if item.seen and item.checked:
            who = alias.get(item.witness, item.witness)
            found[who] = range(found[who].start if who in found else i, i + 1)
    return found


def _stood(reporters: Mapping[int, range], i: int, me: int) -> bool:
    """Whether two others reported it, one before and one after the silence at index i."""
    before = {who for who, at in reporters.items() if at.start < i and who != me}
    after = {who for who, at in reporters.items() if at.stop > i and who != me}
    return bool(before) and bool(after) and len(before | after) > 1


def _allies(claims: Iterable[Claim]) -> list[tuple[int, int]]:
    """Pairs of accounts that again and again support together what all others deny.

    It has to be most of what the two support together: honest accounts that drive the same roads
    share a mistake now and then, and many hazards that nobody denies.
    """
    shared: dict[tuple[int, int], int] = defaultdict(int)
    denied: dict[tuple[int, int], int] = defaultdict(int)
    for claim in claims:
        supporters = sorted({item.witness for item in claim.evidence if item.seen})
        if len(supporters) < 2:
            continue
        deniers = {
            item.witness
            for item in claim.evidence
            if not item.seen and item.visibility >= _CLEAR and item.witness not in supporters
        }
        for pair in combinations(supporters, 2):
            shared[pair] += 1
            denied[pair] += len(deniers) > len(supporters)
    return sorted(
        pair
        for pair, count in denied.items()
        if count >= _ALLIES and count > _ALLIES_SHARE * shared[pair]
    )


def one_voice(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Member → the smallest of those that hang together by these pairs; the smallest itself too."""
    alias: dict[int, int] = {}
    for pair in sorted(pairs):
        heads = {alias.setdefault(witness, witness) for witness in pair}
        alias |= {member: min(heads) for member, head in alias.items() if head in heads}
    return alias
