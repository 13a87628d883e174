"""Rows: things of one family that stand close together, live together and go together.

What a pass says of one thing of a row it says, a little, of all (belief propagation on a star:
the row in the middle, its things around it; Pearl 1988).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.fusion.evidence import Look
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.persistence import Belief, Likelihood, ratio_for_row, updated
from hazardmap.core.geometry.linking import ROW_M, pairwise_m, parted
from hazardmap.core.seeing.placing import Placed
from hazardmap.core.seeing.sightings import Thing

_SUREST: Final = 0.02  # no pass is surer than that that a row is gone; the inverse: that it stands


class Update(NamedTuple):
    """What a pass says about a known candidate. thing: its report, None for silence."""

    candidate: Candidate
    thing: Thing | None
    look: Look
    likelihood: Likelihood

    @property
    def placed(self) -> Placed:
        return self.candidate.placed

    @property
    def before(self) -> Belief:
        return self.candidate.belief_at(self.look.of.last_at)

    def apply(self, row_ratio: float) -> None:
        if self.thing is None:
            self.candidate.silence(self.look, self.likelihood, row_ratio)
        else:
            self.candidate.report(self.thing, self.look, self.likelihood, row_ratio)


class Birth(NamedTuple):
    """What a pass says about a thing that nobody knew. before: the belief without the pass.
    near: how surely it has a neighbour."""

    thing: Thing
    look: Look
    likelihood: Likelihood
    before: Belief
    near: float = 0.0

    @property
    def placed(self) -> Placed:
        return self.thing.placed


def neighbours(placed: Sequence[Placed]) -> NDArray[np.bool_]:
    """Which pairs belong to one row by their distance alone, (n, n); nobody is his own."""
    means = np.array([mean_m for _, mean_m, _ in placed]).reshape(-1, 2)
    families = np.array([family for family, _, _ in placed])
    close: NDArray[np.bool_] = pairwise_m(means) <= ROW_M
    close &= families[:, None] == families[None]
    np.fill_diagonal(close, False)
    return close


def row_ratios(said: Sequence[Update | Birth], params: FusionParams) -> list[float]:
    """For each, what the pass says about the others of its row: a ratio for "it stands".

    The ratio of all together is tempered by trust once and limited, since what hides one thing of
    a row from a pass may hide them all.
    """
    if len(said) < 2:
        return [1.0] * len(said)
    _, label = parted(neighbours([one.placed for one in said]))
    own = np.array([np.log(ratio_for_row(one.before, one.likelihood)) for one in said])
    others = np.bincount(label, own)[label] - own
    others[np.bincount(label)[label] == 1] = 0.0
    trust = params.trust(said[0].look.witness)
    least = (1.0 - trust) + trust * _SUREST
    ratios: list[float] = np.exp(np.clip(others, np.log(least), -np.log(least))).tolist()
    return ratios


def beside(
    births: Sequence[Birth], known: Sequence[Candidate], params: FusionParams
) -> list[Birth]:
    """The births with a prior that knows of the hazards close by, known or just reported."""
    if not births:
        return []
    close = neighbours([*(b.placed for b in births), *(c.placed for c in known)])[: len(births)]
    now = births[0].look.of.last_at
    p = [updated(birth.before, birth.likelihood).exists for birth in births]
    p += [candidate.belief_at(now).exists for candidate in known]
    surest = np.where(close, np.array(p), 0.0).max(axis=1, initial=0.0)
    result = []
    for birth, near in zip(births, surest.tolist(), strict=True):
        exists, _, lookalike, *_ = birth.before
        exists += near * max(params.prior_beside - exists, 0.0)
        lookalike = min(lookalike, 1.0 - exists)
        prior = Belief(exists, 1.0 - exists - lookalike, lookalike)
        result.append(birth._replace(before=prior, near=near))
    return result
