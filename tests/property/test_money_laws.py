"""Laws of amounts: whatever is typed is money that can be paid, or is refused."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hazardmap.core.selling.pricing.money import (
    Currency,
    decimal_of,
    payable_micro,
    rounded_micro,
    typed_micro,
    written,
)

BIGGEST_COLUMN = 2**63 - 1


@given(st.decimals(allow_nan=True, allow_infinity=True), st.sampled_from(Currency))
@example(Decimal("1e400"), Currency.EUR)
@example(Decimal("1e30"), Currency.EUR)
@example(Decimal("-1e999999"), Currency.JPY)
@example(Decimal("1e-999999"), Currency.EUR)
@example(Decimal("sNaN"), Currency.EUR)
@example(Decimal("999999999999.99"), Currency.EUR)
def test_any_number_is_an_amount_that_fits_into_a_column_or_is_refused(amount, currency):
    try:
        micro = payable_micro(amount, currency)
    except ValueError:
        return
    assert decimal_of(micro) == amount
    assert micro % currency.minor_micro == 0
    assert abs(micro) <= BIGGEST_COLUMN


@given(st.integers(-(10**14) + 1, 10**14 - 1), st.sampled_from(Currency))
def test_whole_minor_units_below_the_bound_can_be_paid(minor, currency):
    micro = minor * currency.minor_micro
    if abs(micro) < 10**18:
        assert payable_micro(decimal_of(micro), currency) == micro


@pytest.mark.parametrize(
    ("amount", "why"),
    [("1e12", "at most 12 digits before"), ("-1e12", "12 digits"), ("0.001", "at most 2 decimals")],
)
def test_what_cannot_be_paid_is_refused_with_the_rule(amount, why):
    with pytest.raises(ValueError, match=why):
        payable_micro(Decimal(amount), Currency.EUR)


@pytest.mark.parametrize(
    ("amount", "currency"), [("1.000", "EUR"), ("250.0", "JPY"), ("NaN", "EUR"), ("1e12", "EUR")]
)
def test_what_is_typed_may_have_no_more_digits_than_are_paid(amount, currency):
    """1,000 is a thousand to some, and a one to others."""
    with pytest.raises(ValueError, match="cannot be paid"):
        typed_micro(Decimal(amount), Currency(currency))
    assert typed_micro(Decimal("1.00"), Currency.EUR) == 1_000_000
    assert typed_micro(Decimal("1e3"), Currency.JPY) == 1_000_000_000


def test_money_is_rounded_to_what_can_be_paid():
    assert rounded_micro(Decimal("0.005"), Currency.EUR) == 10_000
    assert rounded_micro(Decimal("-0.005"), Currency.EUR) == -10_000
    assert rounded_micro(Decimal("0.49999999999999999999999999999999"), Currency.JPY) == 0
    assert payable_micro(Decimal("12.30"), Currency.EUR) == 12_300_000
    assert written(12_300_000, Currency.EUR) == "12.30 EUR"
    assert written(1, Currency.EUR) == "0.000001 EUR"


@pytest.mark.parametrize(
    ("code", "payable", "told"),
    [("NZD", "12.3", "12.30 NZD"), ("KES", "12.3", "12.30 KES"), ("KRW", "12", "12 KRW")],
)
def test_money_of_other_parts_of_the_world_has_its_own_decimals(code, payable, told):
    currency = Currency(code)
    assert written(payable_micro(Decimal(payable), currency), currency) == told
    assert decimal_of(currency.minor_micro) == Decimal(1).scaleb(-currency.decimals)
