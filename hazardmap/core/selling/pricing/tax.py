"""Tax by a table of rules: the most particular rule that fits the buyer says which rate.

The rules are the operator's (rates change, and so does where he is registered); here is only how
they are read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from hazardmap.core.selling.pricing.money import Currency, decimal_of, exactly, rounded_micro

_CENT: Final = Decimal("0.01")


class TaxCategory(StrEnum):
    STANDARD = "standard"
    REVERSE_CHARGE = "reverse_charge"
    OUTSIDE = "outside"


class TaxUnknown(ValueError):
    """No rule fits: nothing may be invoiced before the operator says how it is taxed."""


@dataclass(frozen=True, slots=True)
class TaxRule:
    """One line of the table.

    country: the buyer's (ISO 3166, two letters), "" for any. business: whether the buyer has a tax
    number, None for either. percent: 0 unless the category is standard. since: first day of force.
    """

    country: str
    business: bool | None
    category: TaxCategory
    percent: Decimal
    since: date
    note: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError(f"percent: must be from 0 to 100, not {self.percent}")
        if self.percent != self.percent.quantize(_CENT):
            raise ValueError(f"percent: must have at most 2 decimals, not {self.percent}")
        if self.percent and self.category is not TaxCategory.STANDARD:
            raise ValueError(f"percent: must be 0 where the category is {self.category}")


@dataclass(frozen=True, slots=True)
class Tax:
    """What the invoice says about tax. note: what the law wants written there."""

    category: TaxCategory
    percent: Decimal
    note: str
    amount_micro: int


def tax_on(
    net_micro: int,
    currency: Currency,
    rules: Iterable[TaxRule],
    *,
    country: str,
    business: bool,
    on: date,
) -> Tax:
    """The tax on what a buyer pays. Raises TaxUnknown where no rule fits."""
    fitting = [
        rule
        for rule in rules
        if rule.country in {"", country} and rule.business in {None, business} and rule.since <= on
    ]
    if not fitting:
        kind = "a business" if business else "a consumer"
        raise TaxUnknown(f"no tax rule fits {kind} in {country} on {on}")
    rule = max(
        fitting, key=lambda rule: (rule.country != "", rule.business is not None, rule.since)
    )
    with exactly():
        amount = decimal_of(net_micro) * rule.percent.scaleb(-2)
        return Tax(rule.category, rule.percent, rule.note, rounded_micro(amount, currency))
