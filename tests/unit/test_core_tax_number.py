"""Tax numbers as people type them, and as invoices need them."""

import pytest

from hazardmap.core.selling.pricing.tax_number import tax_number_read
from hazardmap.core.unfit import Unfit


@pytest.mark.parametrize(
    ("country", "typed", "number"),
    [
        ("DE", "136 695 976", "DE136695976"),
        ("DE", "de136.695-976", "DE136695976"),
        ("GR", "094259216", "EL094259216"),
        ("GR", "EL 094259216", "EL094259216"),
        ("CH", "CHE-107.787.577", "CHE107787577"),
        ("US", "12-34", "1234"),
        ("DE", " ", ""),
    ],
)
def test_a_number_is_kept_in_one_form(country, typed, number):
    assert tax_number_read(country, typed) == number


@pytest.mark.parametrize(
    ("country", "typed", "why"),
    [
        ("DE", "136695978", "no VAT number of"),
        ("FI", "DE136695976", "no VAT number of"),
        ("US", "123", "4 to 20 letters and digits"),
        ("US", "1" * 21, "4 to 20 letters and digits"),
        ("US", "12+34", "4 to 20 letters and digits"),
    ],
)
def test_a_number_that_cannot_be_one_is_refused(country, typed, why):
    with pytest.raises(Unfit, match=why):
        tax_number_read(country, typed)
