"""Prices as JSON: how the operator writes them and a price version keeps them.

Amounts are texts ("0.0005"), never numbers, which JSON readers take for floats.
"""

import re
from decimal import Decimal
from typing import Any, Final

from hazardmap.core.operation.document import Fields, Read, Unreadable, at_field, each, text_from
from hazardmap.core.selling.pricing.graduated import Graduated
from hazardmap.core.selling.pricing.money import Currency, decimal_of, payable_micro
from hazardmap.core.selling.pricing.package import Package
from hazardmap.core.selling.pricing.per_unit import PerUnit
from hazardmap.core.selling.pricing.prices import (
    AmountOff,
    Charge,
    Discount,
    PercentOff,
    PriceModel,
    Prices,
)
from hazardmap.core.selling.pricing.tiers import Tier
from hazardmap.core.selling.pricing.volume import Volume
from hazardmap.core.selling.usage import Meter

MOST_UNITS: Final = 10**15
_AMOUNT: Final = re.compile(r"\d{1,9}(\.\d{1,12})?", re.ASCII)


def prices_from(document: object) -> Prices:
    """Raises Unreadable naming the field and the rule."""
    return at_field("", _prices, document)


def _prices(document: object) -> Prices:
    fields = Fields(document)
    currency = fields.take("currency", lambda value: Currency(text_from(value)))

    def payable(value: object) -> int:
        return payable_micro(decimal_from(value), currency)

    prices = Prices(
        currency=currency,
        charges=fields.take("charges", each(lambda item: _charge(item, payable)), []),
        fee_micro=fields.take("fee", payable, "0"),
        discounts=fields.take("discounts", each(lambda item: _discount(item, payable)), []),
        commitment_micro=fields.take("commitment", payable, "0"),
        contributors_percent=fields.take("contributors_percent", _percent, "0"),
    )
    fields.end()
    return prices


def _charge(item: object, payable: Read[int]) -> Charge:
    fields = Fields(item)
    charge = Charge(
        meter=fields.take("meter", lambda value: Meter(text_from(value))),
        model=_model(fields, fields.take("model", text_from)),
        included=fields.take("included", _units, 0),
        minimum_micro=fields.take("minimum", payable, "0"),
        quota=fields.take("quota", lambda value: None if value is None else _units(value)),
    )
    fields.end()
    return charge


def _model(fields: Fields, name: str) -> PriceModel:
    match name:
        case "per_unit":
            return PerUnit(fields.take("unit_price", decimal_from))
        case "package":
            return Package(fields.take("size", _units), fields.take("price", decimal_from))
        case "graduated":
            return fields.take("tiers", lambda value: Graduated(each(_tier)(value)))
        case "volume":
            return fields.take("tiers", lambda value: Volume(each(_tier)(value)))
    raise Unreadable("model", "must be per_unit, package, graduated or volume")


def _tier(item: object) -> Tier:
    fields = Fields(item)
    tier = Tier(
        up_to=fields.take("up_to", lambda value: None if value is None else _units(value)),
        unit_price=fields.take("unit_price", decimal_from),
        flat=fields.take("flat", decimal_from, "0"),
    )
    fields.end()
    return tier


def _discount(item: object, payable: Read[int]) -> Discount:
    fields = Fields(item)
    name = fields.take("name", text_from)
    discount: Discount
    if "amount" in fields:
        discount = AmountOff(name, fields.take("amount", payable))
    else:
        discount = PercentOff(name, fields.take("percent", _percent))
        if not discount.percent:
            raise Unreadable("percent", "must be above 0")
    fields.end()
    return discount


def _percent(value: object) -> Decimal:
    percent = decimal_from(value)
    if percent > 100:
        raise ValueError("must be at most 100")
    return percent


def decimal_from(value: object) -> Decimal:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError('must be an amount as text, like "0.0005", of at most 9.12 digits')
    return Decimal(value)


def _units(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MOST_UNITS:
        raise ValueError(f"must be a whole number from 0 to {MOST_UNITS}")
    return value


def prices_document(prices: Prices) -> dict[str, Any]:
    """What `prices_from` reads, with every field."""
    return {
        "currency": prices.currency.value,
        "fee": _written(prices.fee_micro),
        "charges": [
            {
                "meter": charge.meter.value,
                **_model_document(charge.model),
                "included": charge.included,
                "minimum": _written(charge.minimum_micro),
                **({} if charge.quota is None else {"quota": charge.quota}),
            }
            for charge in prices.charges
        ],
        "discounts": [_discount_document(discount) for discount in prices.discounts],
        "commitment": _written(prices.commitment_micro),
        "contributors_percent": f"{prices.contributors_percent:f}",
    }


def _model_document(model: PriceModel) -> dict[str, Any]:
    match model:
        case PerUnit(unit_price):
            return {"model": "per_unit", "unit_price": f"{unit_price:f}"}
        case Package(size, price):
            return {"model": "package", "size": size, "price": f"{price:f}"}
        case Graduated(tiers):
            return {"model": "graduated", "tiers": [_tier_document(tier) for tier in tiers]}
        case Volume(tiers):
            return {"model": "volume", "tiers": [_tier_document(tier) for tier in tiers]}


def _tier_document(tier: Tier) -> dict[str, Any]:
    return {
        "up_to": tier.up_to,
        "unit_price": f"{tier.unit_price:f}",
        "flat": f"{tier.flat:f}",
    }


def _discount_document(discount: Discount) -> dict[str, Any]:
    if isinstance(discount, AmountOff):
        return {"name": discount.name, "amount": _written(discount.amount_micro)}
    return {"name": discount.name, "percent": f"{discount.percent:f}"}


def _written(micro: int) -> str:
    return f"{decimal_of(micro):f}"
