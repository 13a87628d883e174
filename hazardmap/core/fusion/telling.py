"""How sure the map says that it is, where its belief is known to be too sure.

In a row one thing in ten gets a second name, and hazards without a thing of their own live on what
their neighbours are reported for. No single report shows it, so the belief about one of a row is
too sure by about the same odds whatever it rests on (docs/adr/0022-reports-in-rows.md).
"""

import math


def published_p(p: float, doubt: float) -> float:
    """The probability p, 0..1, with `doubt` nats taken from its log-odds; monotone, 0 and 1 stay.

    A logistic recalibration (Platt 1999) of slope 1: what one report adds in bits is unchanged.
    """
    kept = p * math.exp(-doubt)
    return kept / (kept + (1.0 - p))


def believed_p(published: float, doubt: float) -> float:
    """The probability that is published as this one: the inverse."""
    return published_p(published, -doubt)
