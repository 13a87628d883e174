"""Does it still exist? A persistence filter with a memory for harmless look-alikes.

Three states: the hazard exists; nothing is there; a *phantom* is there, something harmless and
lasting that is reported now and then (a statue taken for a worker). An existing hazard survives
Δ with probability 2^(−Δ/H) (Rosen, Mason & Leonard, "Towards lifelong feature-based mapping in
semi-static environments", ICRA 2016, with an exponential survival prior); a phantom stays.
"""

import math
from typing import Final, NamedTuple

_LEAST: Final = 1e-12


class Belief(NamedTuple):
    """Probabilities of the three states; each ≥ 0, their sum is 1."""

    exists: float
    nothing: float
    phantom: float


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


def predicted(belief: Belief, elapsed_s: float, half_life_s: float) -> Belief:
    """The belief Δ later without any look in between."""
    stays = belief.exists * survival(elapsed_s, half_life_s)
    return Belief(stays, belief.nothing + belief.exists - stays, belief.phantom)


def updated(belief: Belief, likelihood: Likelihood) -> Belief:
    """Bayes' rule. Evidence that is impossible under every state changes nothing."""
    weights = [p * weight for p, weight in zip(belief, likelihood, strict=True)]
    total = sum(weights)
    if total < _LEAST:
        return belief
    return Belief(*(weight / total for weight in weights))


def with_exists(belief: Belief, p: float) -> Belief:
    """The belief with P(exists) = p; the two other states keep their proportion."""
    other = belief.nothing + belief.phantom
    if other < _LEAST:
        return Belief(p, 1.0 - p, 0.0)
    scale = (1.0 - p) / other
    return Belief(p, belief.nothing * scale, belief.phantom * scale)


def seconds_until(p: float, p_end: float, half_life_s: float) -> float:
    """Seconds until a probability p has decayed to p_end (0 < p_end < 1); 0 if it is there."""
    return half_life_s * math.log2(p / p_end) if p > p_end else 0.0
