"""How a probability fades between two observations."""

from datetime import datetime
from math import exp2


def probability_at(p: float, t_ref: datetime, half_life_s: float, at: datetime) -> float:
    """p · 2^(−(at − t_ref)/half_life_s): the survival of a two-state Markov process.

    p: probability at t_ref, 0..1. Before t_ref it is p. Source: Rosen, Mason and Leonard,
    "Towards lifelong feature-based mapping in semi-static environments" (2016).
    """
    age_s = max(0.0, (at - t_ref).total_seconds())
    return p * exp2(-age_s / half_life_s)
