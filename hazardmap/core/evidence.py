"""What one pass says about one hazard, as likelihoods: a report, or a look without a report."""

import math
from typing import Final, NamedTuple

from hazardmap.core.params import FusionParams
from hazardmap.core.passes import Pass
from hazardmap.core.persistence import Likelihood

_SEEN_ANYHOW: Final = 0.3  # a report proves that the thing was in view, whatever was predicted
_TELLING: Final = 20.0  # no score alone speaks more strongly than this, for or against


class Look(NamedTuple):
    """A pass as it concerns one hazard.

    visibility: probability that it would have reported the hazard if it is there, 0..1.
    """

    of: Pass
    visibility: float

    @property
    def witness(self) -> int:
        return self.of.views[0].witness


def of_report(look: Look, score: float, params: FusionParams) -> Likelihood:
    """Likelihood of a report with this best score, tempered by trust.

    True and false reports have their own densities of the score; a phantom's lies between.
    """
    table = params.table
    true, false = _density(score, *table.score_true), _density(score, *table.score_false)
    true, false = max(true, false / _TELLING), max(false, true / _TELLING)
    recall = max(look.visibility, _SEEN_ANYHOW)
    return Likelihood(
        exists=recall * true,
        nothing=table.false_alarm_per_pass * false,
        phantom=recall * params.phantom_report * (true + false) / 2.0,
    ).tempered(params.trust(look.witness))


def of_silence(look: Look, dark_miss: float, params: FusionParams) -> Likelihood:
    """Likelihood of a look that reported nothing, tempered by trust.

    Looks in the dark share one doubt, whether the thing can be seen in the dark at all: with
    doubt u, k looks that miss together have likelihood u + (1−u)·Π(1−vᵢ), not Π(1−vᵢ).
    dark_miss: Π(1−vᵢ) of the dark looks before this one.
    """
    missed = 1.0 - look.visibility
    if look.of.dark:
        doubt = params.dark_doubt
        before = doubt + (1.0 - doubt) * dark_miss
        missed = (doubt + (1.0 - doubt) * dark_miss * missed) / before if before > 0.0 else missed
    return Likelihood(
        exists=missed,
        nothing=1.0 - params.table.false_alarm_per_pass,
        phantom=1.0 - params.phantom_report * look.visibility,
    ).tempered(params.trust(look.witness))


def _density(score: float, a: float, b: float) -> float:
    """Beta density at a score, which is kept off the ends where densities vanish."""
    x = min(max(score, 0.01), 0.99)
    log_norm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(log_norm + (a - 1.0) * math.log(x) + (b - 1.0) * math.log1p(-x))
