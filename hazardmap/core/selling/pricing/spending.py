"""What a month has cost so far, and whether one more answer may be served.

Exact to the last digit, where an invoice rounds each line to cents: so each answer has a price,
and a cap is reached by the answer that reaches it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from hazardmap.core.selling.pricing.money import decimal_of, exactly
from hazardmap.core.selling.pricing.period import Period, prorated
from hazardmap.core.selling.pricing.prices import Charge, PercentOff, Prices
from hazardmap.core.selling.usage import Meter

Usage = Mapping[Meter, int]


class Whose(StrEnum):
    """Whose cap or quota was reached."""

    ORGANISATION = "organisation"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices for a part of a billing period. earlier: what the parts before it have cost;
    earlier_of_keys: of that each key's part, without those of which there is none."""

    prices: Prices
    period: Period
    part: Period
    earlier: Decimal = Decimal(0)
    earlier_of_keys: Mapping[str, Fraction] = field(default_factory=dict)

    def cost(self, usage: Usage) -> Decimal:
        """What the period comes to with this usage, before tax; never less for more usage."""
        prices = self.prices
        with exactly():
            total = self._share(prices.fee_micro)
            for charge in prices.charges:
                amount = self._amount(charge, usage.get(charge.meter, 0))
                total += max(amount, self._share(charge.minimum_micro))
            for discount in prices.discounts:
                if isinstance(discount, PercentOff):
                    total -= total * discount.percent.scaleb(-2)
                else:
                    total -= min(total, self._share(discount.amount_micro))
            return self.earlier + max(total, self._share(prices.commitment_micro))

    def part_of_key(self, key_id: str, usage: Usage, of_key: Usage) -> Fraction:
        """A key's part of what usage costs in the period: by units, before fees, minimums and
        discounts."""
        found = self.earlier_of_keys.get(key_id, Fraction(0))
        with exactly():
            for charge in self.prices.charges:
                units = usage.get(charge.meter, 0)
                if units:
                    mine = Fraction(of_key.get(charge.meter, 0), units)
                    found += mine * Fraction(self._amount(charge, units))
        return found

    def spent_by_key(self, key_id: str, usage: Usage, of_key: Usage) -> Decimal:
        """`part_of_key` as people are told it: whole micro-units, rounded down."""
        return _rounded_down(self.part_of_key(key_id, usage, of_key))

    def quota(self, meter: Meter) -> int | None:
        """How many units of a meter this part may have; None for any number."""
        quotas = [charge.quota for charge in self.prices.charges if charge.meter is meter]
        if not quotas or quotas[0] is None:
            return None
        return prorated(quotas[0], of=self.period, part=self.part)

    def included(self, charge: Charge) -> int:
        """How many of its units cost nothing in this part."""
        return prorated(charge.included, of=self.period, part=self.part)

    def _amount(self, charge: Charge, units: int) -> Decimal:
        return charge.model.amount(max(0, units - self.included(charge)))

    def _share(self, micro: int) -> Decimal:
        step = self.prices.currency.minor_micro
        return decimal_of(prorated(micro // step, of=self.period, part=self.part) * step)


@dataclass(frozen=True, slots=True)
class Counted:
    """Units of this part of the period so far: of all keys of a customer, and of the one that
    asks."""

    key_id: str
    all: Usage
    key: Usage

    def plus(self, meter: Meter, units: int) -> "Counted":
        """With so many more (below zero: fewer) of one meter."""
        return Counted(self.key_id, _plus(self.all, meter, units), _plus(self.key, meter, units))


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that a month may cost, in micro-units before tax; None for no such cap."""

    all_micro: int | None = None
    key_micro: int | None = None


@dataclass(frozen=True, slots=True)
class OverCap:
    """spent: without the answer that is refused."""

    whose: Whose
    cap_micro: int
    spent: Decimal


@dataclass(frozen=True, slots=True)
class OverQuota:
    """used: without the answer that is refused."""

    meter: Meter
    quota: int
    used: int


def judged(
    tariff: Tariff, caps: Caps, meter: Meter, *, before: Counted, after: Counted
) -> OverCap | OverQuota | None:
    """Why an answer that brings usage from `before` to `after` must not leave; None if it may.

    What costs nothing more (an allowance, the rest of a package) is served whatever the cap.
    """
    quota, units = tariff.quota(meter), after.all.get(meter, 0)
    if quota is not None and units > max(quota, before.all.get(meter, 0)):
        return OverQuota(meter, quota, before.all.get(meter, 0))
    if caps.all_micro is not None:
        spent = tariff.cost(before.all)
        if tariff.cost(after.all) > max(spent, decimal_of(caps.all_micro)):
            return OverCap(Whose.ORGANISATION, caps.all_micro, spent)
    if caps.key_micro is not None:
        mine = tariff.part_of_key(before.key_id, before.all, before.key)
        cap = Fraction(decimal_of(caps.key_micro))
        if tariff.part_of_key(after.key_id, after.all, after.key) > max(mine, cap):
            return OverCap(Whose.KEY, caps.key_micro, _rounded_down(mine))
    return None


def _rounded_down(amount: Fraction) -> Decimal:
    """To whole micro-units."""
    return decimal_of(int(amount * 1_000_000))


def _plus(usage: Usage, meter: Meter, units: int) -> dict[Meter, int]:
    return {**usage, meter: usage.get(meter, 0) + units}
