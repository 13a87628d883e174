"""Bank account numbers as people type them."""

import pytest

from hazardmap.core.selling.iban import iban_from
from hazardmap.core.unfit import Unfit

GERMAN = "DE89370400440532013000"
SHORTEST = "NO9386011117947"
LONGEST = "MT84MALT011000012345MTLCAST001S"


@pytest.mark.parametrize("iban", [GERMAN, SHORTEST, LONGEST])
def test_an_account_is_the_same_however_it_is_typed(iban):
    grouped = " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))
    assert iban_from(iban) == iban_from(f" {grouped.lower()}\n") == iban


@pytest.mark.parametrize("iban", [GERMAN, SHORTEST, LONGEST])
def test_no_wrong_digit_and_no_two_that_changed_places_send_money_elsewhere(iban):
    wrong = {
        iban[:i] + digit + iban[i + 1 :] for i in range(4, len(iban)) for digit in "0123456789"
    }
    wrong |= {iban[:i] + iban[i + 1] + iban[i] + iban[i + 2 :] for i in range(4, len(iban) - 1)}
    for typed in wrong - {iban}:
        with pytest.raises(Unfit, match="check digits"):
            iban_from(typed)


@pytest.mark.parametrize(
    "text", ["", "DE89", "8937 0400 4405 3201 3000", GERMAN + "0" * 13, "DÉ" + GERMAN]
)
def test_what_is_no_account_number_is_refused_with_the_form(text):
    with pytest.raises(Unfit, match="two letters, two digits"):
        iban_from(text)
