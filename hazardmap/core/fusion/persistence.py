"""Does it still exist? A persistence filter with a memory for harmless look-alikes.

A spot holds a real thing, nothing, or a *phantom*: something harmless and lasting that is reported
now and then (a statue taken for a worker). Things stand in *rows* (the cones of one work zone, the
animals of one herd; most rows are of one) that go together. An existing thing survives Δ with
probability 2^(−Δ/H) (Rosen, Mason & Leonard, "Towards lifelong feature-based mapping in
semi-static environments", ICRA 2016, with an exponential survival prior); a phantom stays.

The belief is joint over "what is at this spot" and "does its row still stand". So a pass that
finds a row gone takes all of it away, and one that finds the row but misses a thing in it doubts
only that thing.
"""

import math
from typing import Final, NamedTuple

_LEAST: Final = 1e-12


class Belief(NamedTuple):
    """Joint probabilities of what is at a spot and of its row; each ≥ 0, their sum is 1.

    exists, empty, lookalike: the row stands, and here is a real thing, nothing, a phantom.
    past, past_empty, past_lookalike: the row is gone, and here was one of the three.
    """

    exists: float
    empty: float
    lookalike: float
    past: float = 0.0
    past_empty: float = 0.0
    past_lookalike: float = 0.0

    @property
    def phantom(self) -> float:
        """Probability that something harmless here looks like the hazard."""
        return self.lookalike + self.past_lookalike

    @property
    def nothing(self) -> float:
        """Probability that nothing is here, or nothing any more."""
        return self.empty + self.past + self.past_empty

    @property
    def real(self) -> float:
        """Probability that it was no mistake, whether or not it is still there."""
        return self.exists + self.past


class Likelihood(NamedTuple):
    """Probability (density) of what one pass reported, under each state; each ≥ 0."""

    exists: float
    nothing: float
    phantom: float

    def tempered(self, trust: float) -> "Likelihood":
        """The same evidence from a contributor of this trust, 0..1: r·LR + (1−r) per state."""
        rest = (1.0 - trust) * self.nothing
        return Likelihood(trust * self.exists + rest, self.nothing, trust * self.phantom + rest)

    @property
    def log2_ratio(self) -> float:
        """Bits for (> 0) or against (< 0) the hazard, kept within ±40."""
        ratio = max(self.exists, _LEAST) / max(self.nothing, _LEAST)
        return min(max(math.log2(ratio), -40.0), 40.0)


def survival(elapsed_s: float, half_life_s: float) -> float:
    """2^(−Δ/H), 0..1. Time never runs backwards: a negative Δ counts as 0."""
    return float(2.0 ** (-max(elapsed_s, 0.0) / half_life_s))


def predicted(belief: Belief, elapsed_s: float, half_life_s: float, shared: float) -> Belief:
    """The belief Δ later without any look in between.

    shared: share of the rate of going that belongs to the row as a whole, 0..1.
    """
    stays = survival(elapsed_s, half_life_s)
    row_stays = survival(elapsed_s, half_life_s / shared) if shared else 1.0
    exists, empty, lookalike, past, past_empty, past_lookalike = belief
    return Belief(
        exists * stays,
        (exists + empty) * row_stays - exists * stays,
        lookalike * row_stays,
        past + exists * (1.0 - stays) * shared,
        past_empty + (exists + empty) * (1.0 - row_stays) - exists * (1.0 - stays) * shared,
        past_lookalike + lookalike * (1.0 - row_stays),
    )


def updated(belief: Belief, likelihood: Likelihood, row_ratio: float = 1.0) -> Belief:
    """Bayes' rule. Evidence that is impossible under every state changes nothing.

    row_ratio: what the pass says about the others of the row, as a ratio for "it stands".
    """
    gone = (likelihood.nothing, likelihood.nothing, likelihood.phantom)
    weights = [p * weight * row_ratio for p, weight in zip(belief[:3], likelihood, strict=True)]
    weights += [p * weight for p, weight in zip(belief[3:], gone, strict=True)]
    total = sum(weights)
    if total < _LEAST:
        return belief
    return Belief(*(weight / total for weight in weights))


def ratio_for_row(belief: Belief, likelihood: Likelihood) -> float:
    """What a pass's evidence about one thing says of its row: P(it | stands) / P(it | gone).

    What is at the spot if the row is gone is taken to be what would be there if it stood, as far
    as the belief does not know better.
    """
    stands = sum(belief[:3])
    if stands < _LEAST:
        return 1.0
    here = [p / stands for p in belief[:3]]
    was = [gone + p * _LEAST for gone, p in zip(belief[3:], here, strict=True)]
    real, empty, lookalike = (p / sum(was) for p in was)
    standing = sum(p * weight for p, weight in zip(here, likelihood, strict=True))
    over = (real + empty) * likelihood.nothing + lookalike * likelihood.phantom
    return max(standing, _LEAST) / max(over, _LEAST)


def with_exists(belief: Belief, p: float) -> Belief:
    """The belief with P(exists) = p; the other states keep their proportion."""
    other = 1.0 - belief.exists
    if other < _LEAST:
        return Belief(p, 1.0 - p, 0.0)
    scale = (1.0 - p) / other
    return Belief(p, *(state * scale for state in belief[1:]))


def seconds_until(p: float, p_end: float, half_life_s: float) -> float:
    """Seconds until a probability p has decayed to p_end (0 < p_end < 1); 0 if it is there."""
    return half_life_s * math.log2(p / p_end) if p > p_end else 0.0
