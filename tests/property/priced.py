"""Prices, usage and times that laws of selling are tried on."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from hazardmap.core.selling.pricing.graduated import Graduated
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.pricing.package import Package
from hazardmap.core.selling.pricing.per_unit import PerUnit
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.pricing.prices import AmountOff, Charge, Discount, PercentOff, Prices
from hazardmap.core.selling.pricing.tiers import Tier
from hazardmap.core.selling.pricing.volume import Volume
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
