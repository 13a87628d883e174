"""What one pass says about one hazard, as likelihoods: a report, or a look without a report."""

import math
from functools import lru_cache
from typing import Final, NamedTuple

from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.persistence import Belief, Likelihood, updated
from hazardmap.core.seeing.passes import Pass
from hazardmap.core.seeing.recall import RecallTable
from hazardmap.core.seeing.sightings import Thing
from hazardmap.core.seeing.visibility import Chance, log_count

_LEAST_FRAMES: Final = 3.0  # a report proves that the thing was in view, whatever was predicted
_LEAST_RECALL: Final = 0.1
_POOR: Final = 0.5
_TELLING: Final = 20.0  # no score alone speaks more strongly than this, for or against
VOTE_IS_RIGHT: Final = 2.0 / 3.0
"""One bit at most, where a pass of a camera says five to ten (docs/adr/0025-votes.md)."""
_LEAST_REAL: Final = 1e-3
_SAME_LUCK: Final = 0.6  # correlation of the scores of one thing within a pass


class Look(NamedTuple):
    """A pass as it concerns one hazard: what it would have reported if the hazard is there."""

    of: Pass
    chance: Chance

    @property
    def witness(self) -> int:
        return self.of.views[0].witness

    @property
    def visibility(self) -> float:
        return self.chance.reported

    @property
    def poor(self) -> bool:
        """Dark, or mostly hidden: what made it miss may make the next one miss as well."""
        return self.of.dark or self.visibility < _POOR

    def checked(self, thing: Thing | None) -> bool:
        """Whether our own detector reported the thing; for None, looked in every usable frame."""
        if thing is not None:
            return any(seen.view.checked for seen in thing.sightings)
        usable = [view for view in self.of.views if view.usable]
        return bool(usable) and all(view.checked for view in usable)


def of_report(look: Look, thing: Thing, split: float, params: FusionParams) -> Likelihood:
    """Likelihood of a pass that reports it as this thing, tempered by trust.

    How often: a thing and a phantom are reported by as many frames as `visibility.log_count`
    expects, a phantom only in some passes; a false alarm repeats with `params.alarm_repeats`.
    How surely: true and false reports have their own densities of the score, a phantom's lies
    between. The n scores of a pass count as n/(1 + (n−1)·0.6) independent ones.
    split: probability that the report belongs to a known hazard close by, which looks as true.
    """
    table, count = params.table, len(thing.sightings)
    scores = [seen.observation.score for seen in thing.sightings]
    frames = max(look.chance.frames, min(_LEAST_FRAMES, len(look.of.views)))
    recall = max(look.chance.recall, _LEAST_RECALL)
    often = math.exp(log_count(count, frames, recall, table.pass_correlation))
    independent = count / (1.0 + (count - 1) * _SAME_LUCK)
    telling = sum(_log_ratio(score, table) for score in scores) / count * independent
    limit = math.log(_TELLING)
    surely = math.exp(min(max(telling, -limit), limit))
    repeats = (1.0 - params.alarm_repeats) * params.alarm_repeats ** (count - 1)
    return Likelihood(
        exists=often * surely,
        nothing=table.false_alarm(thing.family) * repeats + split * often * surely,
        phantom=params.phantom_report * often * (0.3 * surely + 0.7),
    ).tempered(params.trust(look.witness))


def _log_ratio(score: float, table: RecallTable) -> float:
    return _log_density(score, *table.score_true) - _log_density(score, *table.score_false)


def alone(look: Look, thing: Thing, params: FusionParams) -> float:
    """Probability, 0.001..1, that what a pass reports is a hazard, known from nowhere else."""
    exists, phantom = params.prior(thing.best.kind), params.prior_phantom
    before = Belief(exists, 1.0 - exists - phantom, phantom)
    return max(updated(before, of_report(look, thing, 0.0, params)).exists, _LEAST_REAL)


def again(belief: Belief, params: FusionParams) -> float:
    """Probability, 0.001..1, that something is there that a pass may report."""
    return min(max(belief.exists + belief.phantom * params.phantom_report, _LEAST_REAL), 1.0)


def of_silence(look: Look, family: str, poor_miss: float, params: FusionParams) -> Likelihood:
    """Likelihood of a look that reported nothing, tempered by trust.

    Poor looks share one doubt, whether the thing can be seen under such conditions at all: with
    doubt u, k looks that miss together have likelihood u + (1−u)·Π(1−vᵢ), not Π(1−vᵢ).
    family: of what was not reported. poor_miss: Π(1−vᵢ) of the poor looks before this one.
    """
    missed = 1.0 - look.visibility
    if look.poor:
        doubt = params.poor_doubt
        before = doubt + (1.0 - doubt) * poor_miss
        missed = (doubt + (1.0 - doubt) * poor_miss * missed) / before if before > 0.0 else missed
    return Likelihood(
        exists=missed,
        nothing=1.0 - params.table.false_alarm(family),
        phantom=1.0 - params.phantom_report * look.visibility,
    ).tempered(params.trust(look.witness))


def of_vote(stands: bool, witness: int, params: FusionParams) -> Likelihood:
    """Likelihood of a person's "still there" or "gone": right two times in three, and by trust."""
    right, wrong = VOTE_IS_RIGHT, 1.0 - VOTE_IS_RIGHT
    there, not_there = (right, wrong) if stands else (wrong, right)
    likelihood = Likelihood(exists=there, nothing=not_there, phantom=not_there)
    return likelihood.tempered(params.trust(witness))


def _log_density(score: float, a: float, b: float) -> float:
    """Log of the Beta density at a score, which is kept off the ends where densities vanish."""
    x = min(max(score, 0.01), 0.99)
    return _log_norm(a, b) + (a - 1.0) * math.log(x) + (b - 1.0) * math.log1p(-x)


@lru_cache(maxsize=64)
def _log_norm(a: float, b: float) -> float:
    return math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
