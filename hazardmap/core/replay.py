"""The history of one place, told again from its passes and verdicts in order of time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np

from hazardmap.core.alignment import match_pass
from hazardmap.core.association import GATE, Placed, Sighting, Thing, distances, things
from hazardmap.core.candidate import Candidate
from hazardmap.core.evidence import Look
from hazardmap.core.geodesy import Plane
from hazardmap.core.params import FusionParams
from hazardmap.core.passes import Pass, accuracy_m
from hazardmap.core.persistence import Belief
from hazardmap.core.verdict import Decision, Verdict
from hazardmap.core.visibility import Looks, Target, looks, pass_recall

_BARELY: Final = 0.02  # a pass with less visibility says nothing
_UNCLEAR_M: Final = 15.0  # an unexplained report this close may be the hazard that was missed
_TWINS_M: Final = 6.0
_TWINS_D2: Final = 1.4  # half of all pairs of sightings of one thing are closer than this


class Replay:
    """One place under replay. Feed it passes and verdicts in order; read `candidates`.

    sightings: by frame id. suspects: what moderators rejected here, each valid from its `at` on.
    """

    def __init__(
        self,
        plane: Plane,
        params: FusionParams,
        sightings: Mapping[UUID, Sequence[Sighting]],
        suspects: Sequence[Candidate] = (),
    ) -> None:
        self._plane, self._params, self._sightings = plane, params, sightings
        self._suspects = suspects
        self.candidates: list[Candidate] = []

    def run(self, passes: Sequence[Pass], verdicts: Sequence[Verdict]) -> list[Candidate]:
        """Replay everything. A verdict takes effect after the last pass that it judged."""
        steps: list[tuple[datetime, int, UUID, Pass | Verdict]] = [
            (one.last_at, 0, one.id, one) for one in passes
        ]
        steps += [
            (self._effect_at(verdict, passes), 1, verdict.id, verdict) for verdict in verdicts
        ]
        for at, _, _, step in sorted(steps, key=lambda item: item[:3]):
            if isinstance(step, Pass):
                self._pass(step)
            else:
                self._verdict(step, at)
        return self.candidates

    def _effect_at(self, verdict: Verdict, passes: Sequence[Pass]) -> datetime:
        judged = (
            one.last_at
            for one in passes
            for view in one.views
            for sighting in self._sightings.get(view.frame_id, ())
            if sighting.observation.id in verdict.observation_ids
        )
        return max((verdict.at, *judged))

    def _pass(self, one: Pass) -> None:
        now = one.last_at
        self.candidates = [c for c in self.candidates if not (c.live and c.expire(now))]
        live = [c for c in self.candidates if c.live]
        found = things([self._sightings.get(view.frame_id, ()) for view in one.views])
        shared_m2 = float(np.mean([accuracy_m(view) ** 2 for view in one.views]))
        placed = [_placed(thing) for thing in found]
        pairs = match_pass([c.placed for c in live], placed, shared_m2)
        views = looks(one.views, self._plane, self._params.table)
        for i, j in pairs:
            live[i].report(found[j], self._look(one, views, live[i]))
        explained, matched = {j for _, j in pairs}, {i for i, _ in pairs}
        new = [thing for j, thing in enumerate(found) if j not in explained]
        for i, candidate in enumerate(live):
            if i not in matched and not _may_be_one_of(candidate, new):
                look = self._look(one, views, candidate)
                if look.visibility >= _BARELY:
                    candidate.silence(look)
        for thing in new:
            self._start(thing, one, views)
        self._merge()

    def _look(self, one: Pass, views: Looks, candidate: Candidate) -> Look:
        east_m, north_m = candidate.mean_m.tolist()
        target = Target(east_m, north_m, candidate.sigma_m, candidate.kind)
        return Look(one, pass_recall(views, target, self._params.table))

    def _start(self, thing: Thing, one: Pass, views: Looks) -> None:
        east_m, north_m = thing.mean_m.tolist()
        sigma_m = float(np.sqrt(np.trace(thing.cov_m2) / 2.0))
        target = Target(east_m, north_m, sigma_m, thing.best.kind)
        look = Look(one, pass_recall(views, target, self._params.table))
        prior = self._prior(_placed(thing), one)
        self.candidates.append(Candidate(thing, look, prior, self._params))

    def _prior(self, placed: Placed, one: Pass) -> Belief:
        """Belief about a spot before its first report; a spot that deceived before is suspect."""
        now = one.last_at
        past = [c for c in self.candidates if not c.live]
        past += [c for c in self._suspects if c.at <= now]
        shared_m2 = accuracy_m(one.views[0]) ** 2
        near = [c for c in past if distances([c.placed], [placed], shared_m2)[0, 0] <= GATE]
        shares = [c.phantom_share(now) for c in near]
        exists = self._params.prior_exists
        phantom = min(max(self._params.prior_phantom, *shares, 0.0), 0.9)
        return Belief(exists, 1.0 - exists - phantom, phantom)

    def _verdict(self, verdict: Verdict, at: datetime) -> None:
        """It concerns the candidate that holds most of its observations, the older of equals."""
        held = [len(c.observation_ids & verdict.observation_ids) for c in self.candidates]
        if not any(held):
            return
        candidate = self.candidates[held.index(max(held))]
        if verdict.decision is Decision.CONFIRM:
            candidate.confirm(at)
        elif verdict.decision is Decision.RELABEL:
            candidate.relabel(at, verdict.kind)

    def _merge(self) -> None:
        """Join live candidates that stand on one spot and that no pass has told apart."""
        by_family: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in self.candidates:
            if candidate.live:
                by_family[candidate.family].append(candidate)
        for group in by_family.values():
            for younger, older in _twins(group):
                older.absorb(younger)
                self.candidates.remove(younger)


def _placed(thing: Thing) -> Placed:
    return thing.family, thing.mean_m, thing.cov_m2


def _may_be_one_of(candidate: Candidate, new: Sequence[Thing]) -> bool:
    return any(
        thing.family == candidate.family
        and float(np.hypot(*(thing.mean_m - candidate.mean_m))) <= _UNCLEAR_M
        for thing in new
    )


def _twins(group: Sequence[Candidate]) -> list[tuple[Candidate, Candidate]]:
    """Pairs (younger, older) to be joined, each candidate in at most one pair."""
    if len(group) < 2:
        return []
    placed = [candidate.placed for candidate in group]
    close = distances(placed, placed, 0.0) <= _TWINS_D2
    used: set[int] = set()
    pairs = []
    for i, j in np.argwhere(np.triu(close, 1)).tolist():
        apart_m = float(np.hypot(*(group[i].mean_m - group[j].mean_m)))
        if i in used or j in used or apart_m > _TWINS_M or _told_apart(group[i], group[j]):
            continue
        used |= {i, j}
        pairs.append((group[j], group[i]))
    return pairs


def _told_apart(a: Candidate, b: Candidate) -> bool:
    """Whether one pass has reported both."""
    passes = {item.pass_id for item in a.evidence if item.seen}
    return any(item.seen and item.pass_id in passes for item in b.evidence)
