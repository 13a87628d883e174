"""Dividing an amount so that the parts make it up exactly."""

from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import TypeVar

Who = TypeVar("Who", bound=Hashable)


def split(amount: int, weights: Mapping[Who, int | Fraction]) -> dict[Who, int]:
    """An amount of at least 0 by weights of at least 0, which sum exactly to it.

    Each gets the whole part of its exact share; what is left goes, one each, to the largest
    remainders (Hamilton's method), among equals to those who come first in `weights`. Raises
    ValueError on negative numbers and where nobody has any weight.
    """
    total = sum(weights.values())
    if amount < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("an amount and the weights that it is split by are never below zero")
    if not total:
        raise ValueError("an amount cannot be split by weights that are all zero")
    shares = {who: divmod(amount * weight, total) for who, weight in weights.items()}
    parts = {who: whole for who, (whole, _) in shares.items()}
    by_remainder = sorted(shares, key=lambda who: shares[who][1], reverse=True)
    for who in by_remainder[: amount - sum(parts.values())]:
        parts[who] += 1
    return parts
