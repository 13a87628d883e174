"""What a plan costs, as people read it."""

import pytest
from django.utils import translation

from hazardmap.billing.price_words import price_words
from hazardmap.core.selling.pricing.prices_json import prices_from

TIERS = [
    {"up_to": 10, "unit_price": "0.5", "flat": "2"},
    {"up_to": 1000, "unit_price": "0.25"},
    {"up_to": None, "unit_price": "0.125"},
]


def words(**prices):
    return price_words(prices_from({"currency": "EUR", "charges": []} | prices))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"model": "per_unit", "unit_price": "0.0005"}, ("0.0005 EUR each",)),
        (
            {"model": "package", "size": 1000, "price": "0.4"},
            ("0.40 EUR for each 1,000 that are begun",),
        ),
        (
            {"model": "graduated", "tiers": TIERS},
            (
                "1 to 10: 0.50 EUR each and 2.00 EUR",
                "11 to 1,000: 0.25 EUR each",
                "from 1,001 on: 0.125 EUR each",
            ),
        ),
        (
            {"model": "volume", "tiers": [TIERS[-1]]},
            ("all at the price of how many they are:", "0.125 EUR each"),
        ),
        (
            {"model": "per_unit", "unit_price": "0", "minimum": "3.00"},
            ("0.00 EUR each", "at least 3.00 EUR a month"),
        ),
    ],
)
def test_every_price_model_has_words(model, said):
    (charge,) = words(charges=[{"meter": "tile", **model}]).charges
    assert (charge.what, charge.included, charge.beyond, charge.most) == ("map tiles", "", said, "")


def test_a_month_is_told_with_all_that_changes_what_it_costs():
    told = words(
        fee="1234.50",
        charges=[
            {"meter": "tile", "model": "per_unit", "unit_price": "1", "included": 5, "quota": 2000}
        ],
        discounts=[{"name": "early", "percent": "12.50"}, {"name": "fair", "amount": "3.00"}],
        commitment="2000",
        contributors_percent="50",
    )
    assert told.fee == "1,234.50 EUR"
    assert (told.charges[0].included, told.charges[0].most) == ("5", "2,000")
    assert told.notes[1:] == (
        "Discount “early”: 12.5 %.",
        "Discount “fair”: 3.00 EUR.",
        "A month costs at least 2,000.00 EUR.",
        "50 % of it goes to the drivers whose evidence was used.",
    )
    assert told.notes[0].startswith("Free of charge: hazards returned, ")
    assert "map tiles" not in told.notes[0]


def test_numbers_are_written_as_the_reader_writes_them():
    with translation.override("de"):
        told = words(
            fee="1234.50",
            charges=[{"meter": "tile", "model": "package", "size": 1000, "price": "0.4"}],
        )
    assert told.fee == "1.234,50 EUR"
    assert "0,40 EUR" in told.charges[0].beyond[0]
    assert "1.000" in told.charges[0].beyond[0]
