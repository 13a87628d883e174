"""Laws of credit notes: the tax of an invoice comes back as the invoice does, to the cent."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.selling.pricing.credit_note import tax_taken_back
from hazardmap.core.selling.pricing.money import Currency


@given(
    st.lists(st.integers(1, 10**7), min_size=1, max_size=6),
    st.integers(0, 100),
    st.sampled_from([Currency.EUR, Currency.JPY]),
)
def test_notes_over_a_whole_invoice_take_back_its_tax_and_none_more_than_its_part(
    parts, percent, currency
):
    """However it is cut up: each note's tax can be paid, and all so far is right to half a cent."""
    minor = currency.minor_micro
    total = sum(parts) * minor
    tax = sum(parts) * percent // (100 + percent) * minor
    taken = [
        tax_taken_back(
            tax_micro=tax,
            total_micro=total,
            taken_before_micro=(so_far - part) * minor,
            taken_micro=part * minor,
            minor_micro=minor,
        )
        for part, so_far in zip(parts, accumulate(parts), strict=True)
    ]
    assert sum(taken) == tax
    assert all(one >= 0 and one % minor == 0 for one in taken)
    for so_far, back in zip(accumulate(parts), accumulate(taken), strict=True):
        assert abs(back * total - tax * so_far * minor) * 2 <= minor * total


def test_a_note_over_half_of_an_invoice_takes_back_half_of_its_tax():
    taken = tax_taken_back(
        tax_micro=2_550_000,
        total_micro=12_550_000,
        taken_before_micro=0,
        taken_micro=6_280_000,
        minor_micro=10_000,
    )
    assert taken == 1_280_000
