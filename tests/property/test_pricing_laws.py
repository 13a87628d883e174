"""Laws of prices and invoices: exact sums, no cliffs upwards, nothing lost at a border."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hazardmap.core.operation.document import Unreadable
from hazardmap.core.selling.pricing.credit import Credit, spend
from hazardmap.core.selling.pricing.money import written
from hazardmap.core.selling.pricing.period import Period
from hazardmap.core.selling.pricing.prices_json import prices_document, prices_from
from hazardmap.core.selling.pricing.rating import Line, LineKind, rate, still_to_bill, total_micro
from hazardmap.core.selling.pricing.tiers import Tier
from hazardmap.core.selling.pricing.volume import Volume
from hazardmap.core.selling.splitting import split
from hazardmap.core.selling.usage import Meter
from tests.property.priced import FEW, MONTH, models, moments, price_lists_, quantities, usages


@given(models, quantities, quantities)
@FEW
def test_more_units_never_cost_less(model, quantity, more):
    assert 0 <= model.amount(quantity) <= model.amount(quantity + more)


@given(models)
@FEW
def test_who_uses_nothing_pays_for_no_unit_package_or_tier(model):
    assert model.amount(0) == 0


@given(price_lists_, st.lists(usages, min_size=1, max_size=4), moments)
@FEW
def test_any_split_of_usage_over_invoices_is_billed_as_one(prices, batches, since):
    """Late usage is a further invoice; together they are the one that knew everything at once."""
    part = Period(since, MONTH.end)
    seen = dict.fromkeys(Meter, 0)
    billed: list[Line] = []
    totals: list[int] = []
    for batch in batches:
        seen = {meter: seen[meter] + batch.get(meter, 0) for meter in Meter}
        further = still_to_bill(rate(prices, seen, period=MONTH, part=part), billed)
        billed += further
        totals.append(total_micro(further))
    at_once = rate(prices, seen, period=MONTH, part=part)
    assert still_to_bill(at_once, billed) == []
    assert sum(totals) == total_micro(at_once)
    assert all(total >= 0 for total in totals), "no invoice is below zero, whatever comes late"
    assert all(line.amount_micro % prices.currency.minor_micro == 0 for line in billed)
    assert sum(line.quantity for line in billed) == sum(seen.values())


line_lists = st.lists(
    st.builds(
        Line,
        st.sampled_from([LineKind.FEE, LineKind.USAGE]),
        st.sampled_from(["", "tile"]),
        st.integers(0, 99),
        st.integers(-99, 99),
    ),
    max_size=4,
)


@given(line_lists, line_lists)
@FEW
def test_what_is_billed_further_brings_what_was_billed_to_what_is_owed(owed, billed):
    """Also where what was billed is owed no more."""
    further = still_to_bill(owed, billed)
    assert still_to_bill(owed, [*billed, *further]) == []
    assert total_micro(further) == total_micro(owed) - total_micro(billed)
    units = [sum(line.quantity for line in lines) for lines in (owed, billed, further)]
    assert units[0] == units[1] + units[2]


def test_by_volume_all_units_cost_what_the_last_one_does():
    dearer = Volume((Tier(10, Decimal(1)), Tier(None, Decimal(2))))
    assert [dearer.amount(units) for units in (1, 10, 11)] == [1, 10, 22]
    cheaper = Volume((Tier(10, Decimal(2)), Tier(None, Decimal(1), flat=Decimal(3))))
    assert [cheaper.amount(units) for units in (1, 6, 8, 10, 11)] == [2, 12, 14, 14, 14]


@given(price_lists_)
@FEW
def test_prices_survive_being_written_down(prices):
    assert prices_from(prices_document(prices)) == prices


@given(
    st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(1, 20), st.integers(0, 500))),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 900)), max_size=4),
)
@example([(0, 5, 100)], [(5, 50)])
@example([(5, None, 100)], [(5, 50)])
@FEW
def test_credit_is_spent_oldest_first_and_never_below_zero(grants, dues):
    day = timedelta(days=1)
    credits_ = {
        UUID(int=n): Credit(
            UUID(int=n),
            MONTH.start + since * day,
            None if days is None else MONTH.start + (since + days) * day,
            left,
        )
        for n, (since, days, left) in enumerate(grants)
    }
    for after, due in sorted(dues):
        at = MONTH.start + after * day
        good = [
            credits_[UUID(int=n)]
            for n, (since, days, _) in enumerate(grants)
            if since <= after and (days is None or after < since + days)
        ]
        spent = spend(credits_.values(), due, at)
        assert sum(part.amount_micro for part in spent) == min(
            due, sum(credit.left_micro for credit in good)
        )
        for part in spent:
            old = credits_[part.credit_id]
            left = old.left_micro - part.amount_micro
            credits_[part.credit_id] = Credit(old.id, old.granted_at, old.expires_at, left)
        drawn = {part.credit_id for part in spent}
        untouched = [c.granted_at for c in good if c.id not in drawn and c.left_micro]
        assert not drawn or all(
            credits_[id_].granted_at <= granted for id_ in drawn for granted in untouched
        )


@given(
    st.integers(0, 10**12),
    st.dictionaries(st.integers(), st.fractions(0, 1000), min_size=1, max_size=12),
)
@FEW
def test_a_split_sums_exactly_and_is_fair_to_the_unit(amount, weights):
    total = sum(weights.values())
    if not total:
        with pytest.raises(ValueError, match="all zero"):
            split(amount, weights)
        return
    parts = split(amount, weights)
    assert sum(parts.values()) == amount
    assert all(abs(parts[who] - amount * w / total) < 1 for who, w in weights.items())
    assert all(part == 0 for who, part in parts.items() if not weights[who])


@pytest.mark.parametrize(("amount", "weights"), [(-1, {1: 1}), (1, {1: 2, 2: -1})])
def test_no_debt_is_split_and_nobody_has_less_than_no_part(amount, weights):
    with pytest.raises(ValueError, match="never below zero"):
        split(amount, weights)


def test_a_bill_that_can_be_checked_by_hand():
    prices = prices_from(
        {
            "currency": "EUR",
            "fee": "49.00",
            "charges": [
                {"meter": "tile", "model": "per_unit", "unit_price": "0.0005", "included": 1000},
                {
                    "meter": "hazard",
                    "model": "graduated",
                    "tiers": [
                        {"up_to": 100, "unit_price": "0.10"},
                        {"up_to": None, "unit_price": "0.05", "flat": "1"},
                    ],
                    "minimum": "20.00",
                },
                {"meter": "image", "model": "package", "size": 50, "price": "2.00"},
                {
                    "meter": "route",
                    "model": "volume",
                    "tiers": [
                        {"up_to": 10, "unit_price": "2"},
                        {"up_to": None, "unit_price": "1"},
                    ],
                },
            ],
            "discounts": [{"name": "partner", "percent": "10"}, {"name": "sorry", "amount": "5"}],
            "commitment": "100",
        }
    )
    usage = {Meter.TILE: 3001, Meter.HAZARD: 102, Meter.IMAGE: 51, Meter.ROUTE: 9, Meter.WEBHOOK: 3}
    lines = {
        (line.kind.value, line.of): (line.quantity, written(line.amount_micro, prices.currency))
        for line in rate(prices, usage, period=MONTH, part=MONTH)
    }
    assert lines == {
        ("fee", ""): (0, "49.00 EUR"),
        ("usage", "tile"): (3001, "1.00 EUR"),  # 2,001 × 0.0005 = 1.0005
        ("usage", "hazard"): (102, "11.10 EUR"),
        ("minimum", "hazard"): (0, "8.90 EUR"),
        ("usage", "image"): (51, "4.00 EUR"),
        ("usage", "route"): (9, "11.00 EUR"),  # 18 would be more than 11 of them cost
        ("usage", "webhook"): (3, "0.00 EUR"),
        ("discount", "partner"): (0, "-8.50 EUR"),
        ("discount", "sorry"): (0, "-5.00 EUR"),
        ("commitment", ""): (0, "28.50 EUR"),
    }


@pytest.mark.parametrize("model", ["graduated", "volume"])
@pytest.mark.parametrize(
    ("limits", "rule"),
    [
        ([], "the last tier must have no limit"),
        ([10], "the last tier must have no limit"),
        ([None, None], "only the last tier may have no limit"),
        ([0, None], "the limits of tiers (up_to) must grow, from at least 1 on"),
        ([10, 10, None], "the limits of tiers (up_to) must grow"),
        ([20, 10, None], "the limits of tiers (up_to) must grow"),
    ],
)
def test_tiers_that_leave_a_quantity_without_one_price_are_refused(model, limits, rule):
    tiers = [{"up_to": limit, "unit_price": "1"} for limit in limits]
    charge = {"meter": "tile", "model": model, "tiers": tiers}
    with pytest.raises(Unreadable) as refused:
        prices_from({"currency": "EUR", "charges": [charge]})
    assert str(refused.value).startswith(f"charges[0].tiers: {rule}")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"currency": "KWD"}, "currency: must be one of AUD, BRL, CAD"),
        ({"currency": "EUR", "fee": 49.0}, "fee: must be an amount as text"),
        ({"currency": "JPY", "fee": "0.5"}, "fee: 0.5 JPY cannot be paid: at most 0 decimals"),
        ({"currency": "EUR", "tax": "1"}, "tax: there is no such field here"),
        (
            {"currency": "EUR", "charges": [{"meter": "tile", "model": "volume", "tiers": [{}]}]},
            "charges[0].tiers[0].unit_price: must be an amount",
        ),
        (
            {"currency": "EUR", "charges": [{"meter": "tile", "model": "package", "size": 0}]},
            "charges[0].price: must be an amount",
        ),
        ({"currency": "EUR", "discounts": [{"name": "x", "percent": "101"}]}, "discounts[0].perc"),
        (
            {"currency": "EUR", "discounts": 2 * [{"name": "x", "percent": "10"}]},
            "discounts: 'x' may be there only once",
        ),
        (
            {
                "currency": "EUR",
                "charges": 2 * [{"meter": "tile", "model": "per_unit", "unit_price": "1"}],
            },
            "charges: 'tile' may be there only once",
        ),
    ],
)
def test_wrong_prices_are_refused_by_field_and_rule(document, message):
    with pytest.raises(Unreadable) as refused:
        prices_from(document)
    assert str(refused.value).startswith(message)
