"""Laws of prices and invoices: exact sums, no cliffs upwards, nothing lost at a border."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hazardmap.core.operation.document import Unreadable
from hazardmap.core.selling.pricing.credit import Credit, spend
from hazardmap.core.selling.pricing.graduated import Graduated
from hazardmap.core.selling.pricing.money import Currency, decimal_of, written
from hazardmap.core.selling.pricing.package import Package
from hazardmap.core.selling.pricing.per_unit import PerUnit
from hazardmap.core.selling.pricing.period import Period, month_of, prorated
from hazardmap.core.selling.pricing.prices import AmountOff, Charge, Discount, PercentOff, Prices
from hazardmap.core.selling.pricing.prices_json import prices_document, prices_from
from hazardmap.core.selling.pricing.rating import Line, rate, still_to_bill, total_micro
from hazardmap.core.selling.pricing.spending import Caps, Counted, OverCap, Tariff, Whose, judged
from hazardmap.core.selling.pricing.tiers import Tier
from hazardmap.core.selling.pricing.volume import Volume
from hazardmap.core.selling.splitting import split
from hazardmap.core.selling.usage import Meter

FEW = settings(max_examples=60, deadline=None)
MONTH = month_of(datetime(2026, 2, 14, tzinfo=UTC))

amounts = st.decimals(0, 100, places=6)
quantities = st.integers(0, 5000)


@st.composite
def tiers(draw: st.DrawFn) -> tuple[Tier, ...]:
    limits = sorted(draw(st.sets(st.integers(1, 4000), max_size=3)))
    return tuple(Tier(limit, draw(amounts), draw(amounts)) for limit in [*limits, None])


models = st.one_of(
    st.builds(PerUnit, amounts),
    st.builds(Package, st.integers(1, 100), amounts),
    st.builds(Graduated, tiers()),
    st.builds(Volume, tiers()),
)


@st.composite
def price_lists(draw: st.DrawFn) -> Prices:
    currency = draw(st.sampled_from([Currency.EUR, Currency.JPY]))
    micros = st.integers(0, 5000).map(lambda minor: minor * currency.minor_micro)
    meters = draw(st.lists(st.sampled_from(Meter), unique=True, max_size=3))
    discounts: list[st.SearchStrategy[Discount]] = [
        st.builds(PercentOff, st.just("a"), st.decimals("0.01", 100, places=2)),
        st.builds(AmountOff, st.just("b"), micros),
    ]
    return Prices(
        currency=currency,
        charges=tuple(
            Charge(
                meter,
                draw(models),
                draw(st.integers(0, 1000)),
                draw(micros),
                draw(st.none() | st.integers(0, 5000)),
            )
            for meter in meters
        ),
        fee_micro=draw(micros),
        discounts=tuple(draw(kind) for kind in discounts if draw(st.booleans())),
        commitment_micro=draw(micros),
    )


usages = st.dictionaries(st.sampled_from(Meter), quantities, max_size=4)
price_lists_ = price_lists()
moments = st.integers(0, MONTH.length_s - 1).map(lambda s: MONTH.start + timedelta(seconds=s))


@given(models, quantities, quantities)
@FEW
def test_more_units_never_cost_less(model, quantity, more):
    assert 0 <= model.amount(quantity) <= model.amount(quantity + more)


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


@given(price_lists_, st.lists(st.integers(1, 300), max_size=30), st.integers(0, 10**8), st.data())
@FEW
def test_answers_that_are_let_through_never_pass_a_cap(prices, answers, cap_micro, data):
    """Also where caps and quotas came, or fell, below what was used already."""
    tariff, caps = Tariff(prices, MONTH, MONTH), Caps(cap_micro, cap_micro)
    used = data.draw(st.just(0) | st.integers(0, 9000))
    by_key = data.draw(st.integers(0, used))
    now = Counted("", {Meter.HAZARD: used}, {Meter.HAZARD: by_key})
    owed = max(tariff.cost(now.all), decimal_of(cap_micro))
    most = tariff.quota(Meter.HAZARD)
    for units in answers:
        after = now.plus(Meter.HAZARD, units)
        for one in (now, after):
            idle = judged(tariff, caps, Meter.HAZARD, before=one, after=one)
            assert idle is None, "what adds nothing is served, whatever was used"
        why = judged(tariff, caps, Meter.HAZARD, before=now, after=after)
        if why is None:
            now = after
            assert tariff.cost(now.all) <= owed
            assert most is None or now.all[Meter.HAZARD] <= most
        elif isinstance(why, OverCap) and why.whose is Whose.ORGANISATION:
            assert tariff.cost(after.all) > tariff.cost(now.all), "what costs nothing is served"


@given(price_lists_)
@FEW
def test_prices_survive_being_written_down(prices):
    assert prices_from(prices_document(prices)) == prices


@given(st.integers(-(10**12), 10**12), st.sets(moments, max_size=6))
@FEW
def test_parts_of_a_period_make_up_its_amount(amount, cuts):
    edges = sorted({MONTH.start, *cuts, MONTH.end})
    parts = [Period(*edge) for edge in pairwise(edges)]
    assert sum(part.length_s for part in parts) == MONTH.length_s
    assert sum(prorated(amount, of=MONTH, part=part) for part in parts) == amount


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
    ],
)
def test_wrong_prices_are_refused_by_field_and_rule(document, message):
    with pytest.raises(Unreadable) as refused:
        prices_from(document)
    assert str(refused.value).startswith(message)
