"""One thing on the road while its evidence is replayed: place, kind, belief, trail."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from hazardmap.core.fusion.evidence import Look, of_silence, of_vote
from hazardmap.core.fusion.hazard import LIVE, Evidence, State
from hazardmap.core.fusion.lifecycle import expiry, is_published, next_state
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.persistence import Belief, Likelihood, predicted, updated, with_exists
from hazardmap.core.fusion.telling import believed_p, published_p
from hazardmap.core.fusion.trail import line, one_trail
from hazardmap.core.fusion.voices import Voices
from hazardmap.core.geometry.geodesy import Floats
from hazardmap.core.kinds import FAMILY, named
from hazardmap.core.seeing.placing import Place, Placed, joined
from hazardmap.core.seeing.sightings import Sighting, Thing
from hazardmap.core.seeing.visibility import Chance

_COUNTS_AGAINST: Final = 0.5  # visibility from which a pass makes its account a witness against
_FORGET: Final = 1e-4  # a candidate that never got onto the map is dropped below this
_FLOOR_M2: Final = 0.25
_ROW_FLOOR_M2: Final = 4.0  # in a row, some reports of every pass are meant for a neighbour
_CONFIRMED: Final = Belief(0.98, 0.015, 0.005)
_REJECTED: Final = Belief(0.001, 0.099, 0.9)


class Seen(NamedTuple):
    """One look at a candidate: when, what was to be expected, and how many frames reported it."""

    at: datetime
    chance: Chance
    frames: int


class HistoryNeeded(Exception):
    """What has to be decided rests on more than a checkpoint keeps: replay from the beginning."""


class Past(NamedTuple):
    """What is left of the reports before a checkpoint: the first, the last, and their passes."""

    first: tuple[datetime, UUID]
    last_at: datetime
    simulated: bool
    passes: frozenset[UUID]


class Candidate:
    """A hazard in the making, from its first report on. Times only grow.

    shown: it has been probable enough for the map once. at: time of the last evaluation, which
    `belief` belongs to. beside: how surely it had a neighbour when it was first reported.
    looks: every look that counted, in order of time. past: what went before, where it was taken up
    from a checkpoint; then `sightings`, `looks` and `evidence` hold only what came since.
    voices: who says that it is there, and who denies it.
    """

    def __init__(
        self,
        thing: Thing,
        look: Look,
        prior: Belief,
        likelihood: Likelihood,
        params: FusionParams,
        *,
        beside: float = 0.0,
    ) -> None:
        self._params = params
        self.beside = beside
        self.looks: list[Seen] = []
        self.family = thing.family
        self.sightings: list[Sighting] = []
        self.evidence: list[Evidence] = []
        self.past: Past | None = None
        self.voices = Voices()
        self.belief = prior
        self.at = look.of.last_at
        self.state = State.CANDIDATE
        self.shown = self.confirmed = False
        self._label: str | None = None
        self._votes: dict[str, float] = defaultdict(float)
        self._poor_miss = 1.0
        self.place(Place(*thing.report))
        self.report(thing, look, likelihood)

    @property
    def reports(self) -> int:
        """How many looks reported it."""
        return sum(look.frames > 0 for look in self.looks)

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def kind(self) -> str:
        """The moderator's word, else what the reports name it."""
        return self._label or named(self._votes)

    @property
    def p(self) -> float:
        """The probability that it is there, as the map tells it."""
        return published_p(self.belief.exists, self._doubt)

    @property
    def _doubt(self) -> float:
        return self._params.row_doubt * self.beside

    @property
    def half_life_s(self) -> float:
        return self._params.half_life_s(self.kind)

    @property
    def stands(self) -> Place:
        """Where, and how well that is known."""
        return Place(self.mean_m, self.own_m2, self.common_m2)

    @property
    def cov_m2(self) -> Floats:
        """Covariance of its place, (2, 2)."""
        return self.stands.cov_m2

    @property
    def told_cov_m2(self) -> Floats:
        """The covariance that is published, with what no number of passes averages away."""
        floor: float = _FLOOR_M2 + self.beside * _ROW_FLOOR_M2
        cov: Floats = self.cov_m2 + floor * np.eye(2)
        return cov

    @property
    def placed(self) -> Placed:
        return self.family, self.mean_m, self.cov_m2

    @property
    def published(self) -> bool:
        witnesses, limits = self.voices.witnesses, self._params.limits
        return self.live and is_published(self.p, witnesses, self.confirmed, limits)

    @property
    def expires_at(self) -> datetime:
        return expiry(self.at, self.p, self.half_life_s, self._params.limits)

    @property
    def passes(self) -> frozenset[UUID]:
        """Those that reported it."""
        since = frozenset(item.pass_id for item in self.evidence if item.seen)
        return self.past.passes | since if self.past else since

    @property
    def brief(self) -> Past:
        """All its reports in brief."""
        seen = [(s.view.captured_at, s.observation.id) for s in self.sightings]
        simulated = any(s.view.simulated for s in self.sightings)
        if self.past is None:
            return Past(min(seen), max(seen)[0], simulated, self.passes)
        firsts, lasts = [self.past.first, *seen], [self.past.last_at, *(at for at, _ in seen)]
        return Past(min(firsts), max(lasts), self.past.simulated or simulated, self.passes)

    @property
    def observation_ids(self) -> set[UUID]:
        return {id_ for item in self.evidence for id_ in item.observations}

    def assume(self, params: FusionParams) -> None:
        """Judge by these parameters from now on."""
        self._params = params

    def belief_at(self, now: datetime) -> Belief:
        """What is believed at a later time if nobody looks. Time never runs backwards."""
        if now <= self.at:
            return self.belief
        elapsed_s = (now - self.at).total_seconds()
        return predicted(self.belief, elapsed_s, self.half_life_s, self._params.shared_fate)

    def told_by_silence(self, look: Look) -> Likelihood:
        """What a look says that reported nothing here."""
        return of_silence(look, self.family, self._poor_miss, self._params)

    def place(self, place: Place) -> None:
        """It stands there, by all that is known now."""
        self.mean_m, self.own_m2, self.common_m2 = place

    def report(
        self, thing: Thing, look: Look, likelihood: Likelihood, row_ratio: float = 1.0
    ) -> None:
        """A pass has reported it. row_ratio: see `persistence.updated`."""
        self._advance(look.of.last_at)
        before = self.p
        self.belief = updated(self.belief, likelihood, row_ratio)
        for observation in thing.observations:
            if FAMILY[observation.kind] == self.family:
                self._votes[observation.kind] += max(observation.score, 1e-3)
        self.sightings.extend(thing.sightings)
        self.voices.reported(self._params.witness(look.witness), checked=look.checked(thing))
        self._poor_miss = 1.0
        self._evaluate()
        self.looks.append(Seen(look.of.last_at, look.chance, len(thing.sightings)))
        self._note(look, likelihood, thing, before)

    def silence(self, look: Look, likelihood: Likelihood, row_ratio: float) -> None:
        """A pass looked and reported nothing here. row_ratio: see `persistence.updated`.

        One account alone never pushes below the clearing threshold what others support.
        """
        self._advance(look.of.last_at)
        before = self.p
        self.belief = updated(self.belief, likelihood, row_ratio)
        if look.poor:
            self._poor_miss *= 1.0 - look.visibility
        if look.visibility >= _COUNTS_AGAINST and not look.poor:
            self.voices.missed(self._params.witness(look.witness), checked=look.checked(None))
        self._keep_above_clearing(before)
        self._evaluate()
        self.looks.append(Seen(look.of.last_at, look.chance, 0))
        self._note(look, likelihood, None, before)

    def vote(self, at: datetime, witness: int, stands: bool) -> None:
        """A person says whether it is still there: one vote each, the first that comes.

        It supports no publication, and clears nothing that nobody else denies.
        """
        voter = self._params.witness(witness)
        if voter in self.voices.voters:
            return
        self.voices.voters.add(voter)
        self._advance(max(self.at, at))
        before = self.p
        self.belief = updated(self.belief, of_vote(stands, witness, self._params))
        if not stands:
            self.voices.gone_by.add(voter)
        self._keep_above_clearing(before)
        self._evaluate()

    def confirm(self) -> None:
        """A moderator says of its pictures that they show it: it was there when it was last seen.

        No clock moves: whether it is there still he cannot know.
        """
        self.belief, self.confirmed, self.shown = _CONFIRMED, True, True
        self.state = State.ACTIVE
        self.voices.forget_denials()

    def reject(self, at: datetime) -> None:
        """A moderator says that nothing of this sort is there; the spot stays suspect."""
        self.at = max(self.at, at)
        self.belief, self.confirmed, self.shown = _REJECTED, False, True
        self.state = State.CLEARED

    def relabel(self, at: datetime, kind: str) -> None:
        """A moderator says what it is. Sightings still join it by the kind that is detected."""
        self._advance(max(self.at, at))
        self._label = kind

    def expire(self, now: datetime) -> bool:
        """Close it if its time is over by now; True if it never made it to the map."""
        if self.shown:
            if self.expires_at <= now:
                self.state = State.EXPIRED
            return False
        return self.belief_at(now).exists < _FORGET

    def phantom_share(self, now: datetime) -> float:
        """Probability that a look-alike is here, given that the hazard is gone."""
        there = self.belief_at(now).exists
        return self.belief.phantom / (1.0 - there) if there < 1.0 else 0.0

    def absorb(self, twin: "Candidate") -> None:
        """Take over the trail of a candidate that proved to be the same thing, which ends.

        Raises HistoryNeeded where a trail began before the checkpoint.
        """
        if self.past or twin.past:
            raise HistoryNeeded
        twin.state = State.CLEARED
        self.place(joined(self.stands, twin.stands))
        self._advance(twin.at)
        self.belief = max(self.belief, twin.belief_at(self.at), key=lambda belief: belief.exists)
        for kind, votes in twin._votes.items():
            self._votes[kind] += votes
        self._label = self._label or twin._label
        self.confirmed |= twin.confirmed
        self.shown |= twin.shown
        self.voices.join(twin.voices)
        self.sightings.extend(twin.sightings)
        self.looks = sorted([*self.looks, *twin.looks], key=lambda look: look.at)
        *trail, last = one_trail(self.evidence, twin.evidence)
        self.evidence = [*trail, replace(last, real=min(self.belief.real, 1.0))]
        self._evaluate()

    def _keep_above_clearing(self, before: float) -> None:
        floor = min(before, self._params.limits.clear)
        if self.p < floor and not self.voices.may_clear(self._params.limits.witnesses):
            self.belief = with_exists(self.belief, believed_p(floor, self._doubt))

    def _advance(self, now: datetime) -> None:
        self.belief, self.at = self.belief_at(now), max(self.at, now)

    def _evaluate(self) -> None:
        limits = self._params.limits
        if self.belief.exists > self._params.p_max:
            self.belief = with_exists(self.belief, self._params.p_max)
        p = self.p
        self.shown = self.shown or p >= limits.show
        denied = self.voices.deniers and self.voices.may_clear(limits.witnesses)
        if denied and p < limits.clear and self.shown:
            self.state = State.CLEARED
        elif p < limits.expire and self.shown:
            self.state = State.EXPIRED
        else:
            self.state = next_state(self.state, p, self.published, limits)

    def _note(self, look: Look, likelihood: Likelihood, thing: Thing | None, before: float) -> None:
        real = min(self.belief.real, 1.0)
        noted = line(look, likelihood, thing, p_before=before, p_after=self.p, real=real)
        self.evidence.append(noted)
