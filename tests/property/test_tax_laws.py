"""Laws of the table of taxes: the most particular rule that fits is the one that says the rate."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hazardmap.core.selling.pricing.money import MICRO, Currency
from hazardmap.core.selling.pricing.tax import TaxCategory, TaxRule, TaxUnknown, tax_on

DAY_ONE = date(2026, 1, 1)
Key = tuple[str, bool | None, int]


def rule(key: Key) -> TaxRule:
    """Its note names it."""
    country, business, day = key
    since = DAY_ONE + timedelta(days=day)
    return TaxRule(country, business, TaxCategory.STANDARD, Decimal(day), since, str(key))


def fits(key: Key, buyer: Key) -> bool:
    return key[0] in ("", buyer[0]) and key[1] in (None, buyer[1]) and key[2] <= buyer[2]


def is_more_particular(one: Key, other: Key) -> bool:
    """A country before everything, then whether it is a business, then the newer one."""
    if bool(one[0]) != bool(other[0]):
        return bool(one[0])
    if (one[1] is None) != (other[1] is None):
        return one[1] is not None
    return one[2] > other[2]


keys = st.tuples(st.sampled_from(["", "FI", "DE"]), st.sampled_from([None, True, False]))
dated = keys.flatmap(lambda key: st.integers(0, 3).map(lambda day: (*key, day)))
buyers = st.tuples(st.sampled_from(["FI", "DE", "US"]), st.booleans(), st.integers(0, 3))


@given(st.lists(dated, unique=True, max_size=8), buyers, st.randoms(use_true_random=False))
@example([("", True, 0), ("FI", None, 0)], ("FI", True, 1), None)
def test_no_rule_that_fits_is_more_particular_than_the_chosen_one(table, buyer, random):
    def chosen(table: list[Key]) -> str:
        rules = [rule(key) for key in table]
        on = DAY_ONE + timedelta(days=buyer[2])
        return tax_on(MICRO, Currency.EUR, rules, country=buyer[0], business=buyer[1], on=on).note

    fitting = [key for key in table if fits(key, buyer)]
    if not fitting:
        with pytest.raises(TaxUnknown):
            chosen(table)
        return
    notes = {str(key): key for key in fitting}
    found = notes[chosen(table)]
    assert not any(is_more_particular(key, found) for key in fitting)
    shuffled = list(reversed(table))
    if random is not None:
        random.shuffle(shuffled)
    assert notes[chosen(shuffled)] == found


def test_tax_is_the_most_particular_rule_that_is_in_force():
    standard, reverse = TaxCategory.STANDARD, TaxCategory.REVERSE_CHARGE
    rules = [
        TaxRule("FI", None, standard, Decimal("24"), date(2013, 1, 1)),
        TaxRule("FI", None, standard, Decimal("25.5"), date(2024, 9, 1)),
        TaxRule("DE", True, reverse, Decimal(0), date(2013, 1, 1), "reverse charge"),
        TaxRule("DE", False, standard, Decimal(19), date(2013, 1, 1)),
    ]

    def tax(country: str, business: bool, on: date) -> tuple[TaxCategory, int]:
        found = tax_on(10 * MICRO, Currency.EUR, rules, country=country, business=business, on=on)
        return found.category, found.amount_micro

    assert tax("FI", True, date(2024, 8, 31)) == (standard, 2_400_000)
    assert tax("FI", False, date(2024, 9, 1)) == (standard, 2_550_000)
    assert tax("DE", True, date(2026, 1, 1)) == (reverse, 0)
    assert tax("DE", False, date(2026, 1, 1)) == (standard, 1_900_000)
    with pytest.raises(TaxUnknown, match="a consumer in US"):
        tax("US", False, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("category", "percent", "why"),
    [
        (TaxCategory.STANDARD, "100.01", "must be from 0 to 100"),
        (TaxCategory.STANDARD, "-1", "must be from 0 to 100"),
        (TaxCategory.STANDARD, "9.975", "must have at most 2 decimals"),
        (TaxCategory.REVERSE_CHARGE, "19", "must be 0 where the category is reverse_charge"),
        (TaxCategory.OUTSIDE, "0.5", "must be 0 where the category is outside"),
    ],
)
def test_a_rule_that_would_charge_what_is_not_due_is_refused(category, percent, why):
    with pytest.raises(ValueError, match=why):
        TaxRule("DE", None, category, Decimal(percent), DAY_ONE)
