"""Laws of caps and quotas: what is spent is what will be billed, and no answer passes a bound."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.selling.pricing.money import MICRO, Currency, decimal_of
from hazardmap.core.selling.pricing.per_unit import PerUnit
from hazardmap.core.selling.pricing.period import Period
from hazardmap.core.selling.pricing.prices import Charge, Prices
from hazardmap.core.selling.pricing.rating import rate, total_micro
from hazardmap.core.selling.pricing.spending import (
    Caps,
    Counted,
    OverCap,
    OverQuota,
    Tariff,
    Whose,
    judged,
)
from hazardmap.core.selling.usage import Meter
from tests.property.priced import FEW, MONTH, price_lists_, usages


@given(price_lists_, usages, usages)
@FEW
def test_what_is_spent_is_what_will_be_billed_and_never_falls(prices, usage, more):
    tariff = Tariff(prices, MONTH, MONTH)
    billed = decimal_of(total_micro(rate(prices, usage, period=MONTH, part=MONTH)))
    rounding = decimal_of(prices.currency.minor_micro) / 2 * (len(prices.charges) + 2)
    assert abs(tariff.cost(usage) - billed) <= rounding
    both = {meter: usage.get(meter, 0) + more.get(meter, 0) for meter in {**usage, **more}}
    assert tariff.cost(both) >= tariff.cost(usage)
    parts = [tariff.part_of_key("", both, one) for one in (usage, more)]
    assert sum(parts) == tariff.part_of_key("", both, both)


caps_micro = st.none() | st.integers(0, 10**8)


@given(price_lists_, st.lists(st.integers(1, 300), max_size=30), caps_micro, caps_micro, st.data())
@FEW
def test_answers_that_are_let_through_never_pass_a_cap(prices, answers, all_micro, key_micro, data):
    """Also where caps and quotas came, or fell, below what was used already."""
    tariff, caps = Tariff(prices, MONTH, MONTH), Caps(all_micro, key_micro)
    used = data.draw(st.just(0) | st.integers(0, 9000))
    by_key = data.draw(st.integers(0, used))
    now = Counted("", {Meter.HAZARD: used}, {Meter.HAZARD: by_key})

    def spent(counted: Counted) -> dict[Whose, Fraction]:
        of_key = tariff.part_of_key("", counted.all, counted.key)
        return {Whose.ORGANISATION: Fraction(tariff.cost(counted.all)), Whose.KEY: of_key}

    given_micro = {Whose.ORGANISATION: all_micro, Whose.KEY: key_micro}
    most_spent = {
        whose: max(spent(now)[whose], Fraction(micro, MICRO))
        for whose, micro in given_micro.items()
        if micro is not None
    }
    most = tariff.quota(Meter.HAZARD)
    for units in answers:
        after = now.plus(Meter.HAZARD, units)
        for one in (now, after):
            idle = judged(tariff, caps, Meter.HAZARD, before=one, after=one)
            assert idle is None, "what adds nothing is served, whatever was used"
        why = judged(tariff, caps, Meter.HAZARD, before=now, after=after)
        if why is None:
            now = after
            assert all(spent(now)[whose] <= bound for whose, bound in most_spent.items())
            assert most is None or now.all[Meter.HAZARD] <= max(most, used)
        elif isinstance(why, OverCap):
            assert given_micro[why.whose] == why.cap_micro
            assert spent(after)[why.whose] > spent(now)[why.whose], "what costs nothing is served"
            assert 0 <= spent(now)[why.whose] - Fraction(why.spent) < Fraction(1, MICRO)
        else:
            assert why.quota == most < after.all[Meter.HAZARD]
            assert why.used == now.all[Meter.HAZARD]


def test_a_key_has_the_part_of_the_cost_that_it_has_of_the_units():
    prices = Prices(Currency.EUR, (Charge(Meter.TILE, PerUnit(Decimal(2))),), fee_micro=MICRO)
    tariff = Tariff(prices, MONTH, MONTH)
    assert [tariff.cost(usage) for usage in ({}, {Meter.TILE: 4})] == [1, 9]
    parts = [tariff.part_of_key("", {Meter.TILE: 4}, {Meter.TILE: units}) for units in (0, 1, 4)]
    assert parts == [0, 2, 8], "the fee is no key's"


def test_a_quota_is_of_its_own_meter_and_of_the_part_that_is_billed():
    free = PerUnit(Decimal(0))
    charges = (Charge(Meter.TILE, free, quota=28), Charge(Meter.HAZARD, free, quota=2800))
    prices = Prices(Currency.EUR, charges)
    week = Period(MONTH.start, MONTH.start + timedelta(days=7))
    tariff = Tariff(prices, MONTH, week)
    assert [tariff.quota(meter) for meter in (Meter.TILE, Meter.HAZARD, Meter.ROUTE)] == [
        7,
        700,
        None,
    ]

    def refused(meter: Meter, used: int) -> object:
        before = Counted("", {meter: used}, {meter: used})
        return judged(tariff, Caps(), meter, before=before, after=before.plus(meter, 1))

    assert refused(Meter.TILE, 6) is None
    assert refused(Meter.TILE, 7) == OverQuota(Meter.TILE, 7, 7)
    assert refused(Meter.HAZARD, 7) is None
    assert refused(Meter.ROUTE, 10**6) is None
