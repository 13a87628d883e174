"""Tiers of quantity, as graduated and volume prices have them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to and with the `up_to`th (None: all further ones), and a fee for using the tier."""

    up_to: int | None
    unit_price: Decimal
    flat: Decimal = Decimal(0)


class Step(NamedTuple):
    """A tier with the number of units that lie before it."""

    before: int
    tier: Tier


def check_tiers(tiers: tuple[Tier, ...]) -> None:
    """Raises ValueError unless limits grow from 1 on and only the last tier has none."""
    if not tiers or tiers[-1].up_to is not None:
        raise ValueError("the last tier must have no limit (up_to: null)")
    limits = [tier.up_to for tier in tiers[:-1] if tier.up_to is not None]
    if len(limits) < len(tiers) - 1:
        raise ValueError("only the last tier may have no limit (up_to: null)")
    if any(after <= before for before, after in pairwise([0, *limits])):
        raise ValueError("the limits of tiers (up_to) must grow, from at least 1 on")


def steps(tiers: tuple[Tier, ...]) -> Iterator[Step]:
    before = 0
    for tier in tiers:
        yield Step(before, tier)
        before = tier.up_to or before
