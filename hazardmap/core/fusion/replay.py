"""The history of one place, told again from its passes and verdicts in order of time."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from hazardmap.core.fusion.alignment import GATE, Matched, match_pass
from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.fusion.evidence import Look, again, alone, of_report
from hazardmap.core.fusion.mixing import mixed
from hazardmap.core.fusion.nearby import Nearby
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.persistence import Belief
from hazardmap.core.fusion.rows import Birth, Update, beside, row_ratios
from hazardmap.core.fusion.twins import twins
from hazardmap.core.fusion.verdict import Ruling, Verdict
from hazardmap.core.geometry.geodesy import Floats, Plane
from hazardmap.core.geometry.linking import ROW_M, pairwise_m, parted
from hazardmap.core.seeing.association import FARTHEST_M, distances, things
from hazardmap.core.seeing.misnamed import named_once
from hazardmap.core.seeing.passes import Pass, accuracy_m
from hazardmap.core.seeing.placing import Report, placed_anew
from hazardmap.core.seeing.sightings import Sighting, Thing
from hazardmap.core.seeing.visibility import Looks, Target, chances, looks

_BARELY: Final = 0.02  # a pass with less visibility says nothing
_UNCLEAR_D2: Final = 18.4  # 99.99 %; an unexplained report this close may be what was missed
_REACH_M: Final = 150.0  # of cameras and of gates


class Replay:
    """One place under replay. Feed it passes in order; read `candidates`.

    given_up: what was never probable enough for the map. sightings: by frame id. suspects: what
    moderators rejected here, each valid from its `at` on. known: the candidates of a checkpoint,
    oldest first. Learning (`core.learned.learning`) rests on the whole history, so it replays
    without.
    """

    def __init__(
        self,
        plane: Plane,
        params: FusionParams,
        sightings: Mapping[UUID, Sequence[Sighting]],
        suspects: Sequence[Candidate] = (),
        known: Sequence[Candidate] = (),
    ) -> None:
        self._plane, self._params, self._sightings = plane, params, sightings
        self._suspects = suspects
        self._nearby = Nearby()
        self.given_up: list[Candidate] = []
        for candidate in known:
            self._nearby.add(candidate)

    @property
    def candidates(self) -> list[Candidate]:
        """Everything that was ever probable enough, and what is still open; oldest first."""
        return list(self._nearby)

    def assume(self, params: FusionParams) -> None:
        """Go on under other parameters. What was concluded before stays as it is.

        For simulations; a map replays under one version.
        """
        self._params = params
        for candidate in self._nearby:
            candidate.assume(params)

    def run(self, passes: Sequence[Pass], verdicts: Sequence[Verdict]) -> list[Candidate]:
        """Replay everything. A verdict takes effect when it was given, and after the last pass
        that it judged; a confirmation right after that pass, for it speaks of what is seen there.
        """
        steps: list[tuple[datetime, int, UUID, Pass | Verdict]] = [
            (one.last_at, 0, one.id, one) for one in passes
        ]
        steps += [
            (self._effect_at(verdict, passes), 1, verdict.id, verdict) for verdict in verdicts
        ]
        for at, _, _, step in sorted(steps, key=lambda item: item[:3]):
            if isinstance(step, Pass):
                self.take(step)
            else:
                self._verdict(step, at)
        return self.candidates

    def _effect_at(self, verdict: Verdict, passes: Sequence[Pass]) -> datetime:
        judged = [
            one.last_at
            for one in passes
            for view in one.views
            for sighting in self._sightings.get(view.frame_id, ())
            if sighting.observation.id in verdict.observation_ids
        ]
        if judged and verdict.decision is Ruling.CONFIRM:
            return max(judged)
        return max((verdict.at, *judged))

    def take(self, one: Pass) -> None:
        """The next pass."""
        found = things([self._sightings.get(view.frame_id, ()) for view in one.views])
        self.step(one, named_once(found))

    def step(self, one: Pass, found: Sequence[Thing]) -> list[Candidate]:
        """The next pass, with the things that it reports. Returns all that it may have changed."""
        views = looks(one.views, self._plane)
        live = self._in_reach(views, one.last_at)
        targets = [
            *(_target(candidate, candidate.kind) for candidate in live),
            *(_target(thing, thing.best.kind) for thing in found),
        ]
        would = [Look(one, chance) for chance in chances(views, targets, self._params.table)]
        known, newly = would[: len(live)], would[len(live) :]
        matched = self._matched(live, found, newly, views)
        thing_of = dict(matched.pairs)
        explained = set(thing_of.values())
        fresh = [j for j in range(len(found)) if j not in explained]
        new = [found[j] for j in fresh]
        unclear = matched.squared[:, fresh] <= _UNCLEAR_D2
        updates = []
        mixes = mixed(live, found, thing_of, one.last_at)
        for i, (candidate, look) in enumerate(zip(live, known, strict=True)):
            if i in thing_of:
                thing = found[thing_of[i]]
                report = of_report(look, thing, mixes[thing_of[i]], self._params)
                updates.append(Update(candidate, thing, look, report))
            elif look.visibility >= _BARELY and not unclear[i].any():
                updates.append(Update(candidate, None, look, candidate.told_by_silence(look)))
        births = [
            self._birth(found[j], newly[j], self._params.split_report if twice else 0.0, mixes[j])
            for j, twice in zip(fresh, np.any(unclear, axis=0).tolist(), strict=True)
        ]
        ratios = row_ratios([*updates, *births], self._params)
        for item, ratio in zip(updates, ratios, strict=False):
            item.apply(ratio)
        started = self._start(births, live)
        reported: list[Thing | None] = [
            found[thing_of[i]] if i in thing_of else None for i in range(len(live))
        ]
        self._place(live, started, [*reported, *new])
        self._merge([c for c in (*live, *started) if c.live])
        return live + started

    def _matched(
        self, live: Sequence[Candidate], found: Sequence[Thing], newly: Sequence[Look], views: Looks
    ) -> Matched:
        """Which hazard each thing is. newly: the looks at the things, as many."""
        now = views.views[-1].captured_at
        return match_pass(
            [candidate.placed for candidate in live],
            [thing.placed for thing in found],
            float(np.mean(views.accuracy_m**2)),
            [candidate.common_m2 for candidate in live],
            (
                np.array([again(candidate.belief_at(now), self._params) for candidate in live]),
                np.array([alone(*of, self._params) for of in zip(newly, found, strict=True)]),
            ),
        )

    def _in_reach(self, views: Looks, now: datetime) -> list[Candidate]:
        """Live candidates that the pass may see or report."""
        lows = np.array([views.east_m.min(), views.north_m.min()]) - _REACH_M
        highs = np.array([views.east_m.max(), views.north_m.max()]) + _REACH_M
        live = []
        for candidate in self._nearby.within(lows, highs):
            if not candidate.live:
                continue
            if candidate.expire(now):
                self._nearby.remove(candidate)
                self.given_up.append(candidate)
            elif candidate.live:
                live.append(candidate)
        return live

    def _birth(self, thing: Thing, look: Look, split: float, mix: float) -> Birth:
        """split: probability that it is a known one, named twice. mix: see `mixed`."""
        likelihood = of_report(look, thing, max(split, mix), self._params)
        return Birth(thing, look, likelihood, self._prior(thing, look.of))

    def _start(self, births: Sequence[Birth], live: Sequence[Candidate]) -> list[Candidate]:
        started = [
            Candidate(
                birth.thing,
                birth.look,
                birth.before,
                birth.likelihood,
                self._params,
                beside=birth.near,
            )
            for birth in beside(births, live, self._params)
        ]
        for candidate in started:
            self._nearby.add(candidate)
        return started

    def _place(
        self,
        known: Sequence[Candidate],
        started: Sequence[Candidate],
        reported: Sequence[Thing | None],
    ) -> None:
        """Move what the pass reported, and the neighbours of that with it.

        reported: first of the known ones, then of those that this pass started.
        """
        every = [*known, *started]
        seen = np.array([thing is not None for thing in reported], bool)
        for close in _standing_close(np.array([c.mean_m for c in every]).reshape(-1, 2), seen):
            before = [(every[i].stands, _report(reported[i])) for i in close if i < len(known)]
            new = [Report(*every[i].stands) for i in close if i >= len(known)]
            for i, place in zip(close, placed_anew(before, new), strict=True):
                every[i].place(place)
                self._nearby.moved(every[i])

    def _prior(self, thing: Thing, one: Pass) -> Belief:
        """Belief about a spot before its first report; a spot that deceived before is suspect."""
        now, placed = one.last_at, thing.placed
        around = self._nearby.within(placed[1] - FARTHEST_M, placed[1] + FARTHEST_M)
        past = [c for c in around if not c.live]
        past += [c for c in self._suspects if c.at <= now]
        shared_m2 = accuracy_m(one.views[0]) ** 2
        near = [c for c in past if distances([c.placed], [placed], shared_m2)[0, 0] <= GATE]
        shares = [c.phantom_share(now) for c in near]
        exists = self._params.prior(thing.best.kind)
        phantom = min(max(self._params.prior_phantom, *shares, 0.0), 0.9)
        return Belief(exists, 1.0 - exists - phantom, phantom)

    def _verdict(self, verdict: Verdict, at: datetime) -> None:
        """It concerns the candidate that holds most of its observations, the older of equals."""
        candidates = self.candidates
        held = [len(c.observation_ids & verdict.observation_ids) for c in candidates]
        if not any(held):
            return
        candidate = candidates[held.index(max(held))]
        if verdict.decision is Ruling.CONFIRM:
            candidate.confirm()
        elif verdict.decision is Ruling.RELABEL:
            candidate.relabel(at, verdict.kind)
        elif candidate.live:
            candidate.vote(at, verdict.witness, verdict.decision is Ruling.STANDS)

    def _merge(self, live: Sequence[Candidate]) -> None:
        """Join live candidates that stand on one spot and that no pass has told apart."""
        by_family: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in live:
            by_family[candidate.family].append(candidate)
        for group in by_family.values():
            for younger, older in twins(group):
                older.absorb(younger)
                self._nearby.remove(younger)
                self._nearby.moved(older)


def _target(thing: Candidate | Thing, kind: str) -> Target:
    east_m, north_m = thing.mean_m.tolist()
    (ee, _), (_, nn) = thing.cov_m2.tolist()
    return Target(east_m, north_m, math.sqrt((ee + nn) / 2.0), kind)


def _report(thing: Thing | None) -> Report | None:
    return thing.report if thing else None


def _standing_close(means_m: Floats, seen: NDArray[np.bool_]) -> list[list[int]]:
    """Indices of places of any family that stand close together, where one has been seen."""
    count, label = parted(pairwise_m(means_m) <= ROW_M)
    groups = [np.flatnonzero(label == i) for i in range(count)]
    return [group.tolist() for group in groups if seen[group].any()]
