"""A buyer with prices, who spends."""

from decimal import Decimal
from importlib import import_module

from django.utils import timezone

from hazardmap.billing.services import (
    answer_reserve,
    cap_set,
    spending_watch,
)
from hazardmap.core.selling.pricing.period import Period, month_of
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.services import usage_record, usage_ship

module = import_module("hazardmap.billing.services.answer_reserve")
PRICES = {
    "fee": "0",
    "discounts": [],
    "charges": [
        {
            "meter": "hazard",
            "model": "graduated",
            "tiers": [{"up_to": 100, "unit_price": "0.10"}, {"up_to": None, "unit_price": "0.01"}],
        },
        {"meter": "tile", "model": "package", "size": 10, "price": "1.00", "quota": 25},
    ],
}
ROUTE = {"meter": "route", "model": "per_unit", "unit_price": "0.50"}


def this_month() -> Period:
    return month_of(timezone.now())


def reserve(sold, units, meter=Meter.HAZARD):
    organisation_id, key = sold
    return answer_reserve(organisation_id=organisation_id, key_id=key, meter=meter, units=units)


def cap(sold, amount, **more):
    cap_set(organisation_id=sold[0], amount=amount and Decimal(amount), **more)


def tiles(sold, count):
    """Tiles are metered where they are served, and nobody has asked before."""
    for number in range(count):
        at = timezone.now()
        usage_record(UsageRecord(sold[1], Meter.TILE, 1, at, f"{at}{number}", "hazards/1/1/1"))
    usage_ship()
    spending_watch()
