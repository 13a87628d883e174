"""Prices as JSON: how the operator writes them and a price version keeps them.

Amounts are texts ("0.0005"), never numbers, which JSON readers take for floats.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

from hazardmap.core.pricing.graduated import Graduated
from hazardmap.core.pricing.money import Currency, decimal_of, payable_micro
from hazardmap.core.pricing.package import Package
from hazardmap.core.pricing.per_unit import PerUnit
from hazardmap.core.pricing.prices import (
    AmountOff,
    Charge,
    Discount,
    PercentOff,
    PriceModel,
    Prices,
)
from hazardmap.core.pricing.tiers import Tier
from hazardmap.core.pricing.volume import Volume
from hazardmap.core.usage import Meter

MOST_UNITS: Final = 10**15
_AMOUNT: Final = re.compile(r"\d{1,9}(\.\d{1,12})?", re.ASCII)
T = TypeVar("T")
Read = Callable[[object], T]


@dataclass(eq=False)
class PricesUnreadable(ValueError):
    """field: where, like "charges[0].unit_price". rule: what it must be."""

    field: str
    rule: str

    def __str__(self) -> str:
        return f"{self.field}: {self.rule}" if self.field else self.rule


class _Fields:
    """A JSON object, read field by field; `end` refuses what nobody has read."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise ValueError("must be an object")
        self._left: dict[str, Any] = dict(value)

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def take(self, name: str, read: Read[T], default: object = None) -> T:
        return _at(name, read, self._left.pop(name, default))

    def end(self) -> None:
        if self._left:
            raise PricesUnreadable(min(self._left), "there is no such field here")


def prices_from(document: object) -> Prices:
    """Raises PricesUnreadable naming the field and the rule."""
    return _at("", _prices, document)


def _prices(document: object) -> Prices:
    fields = _Fields(document)
    currency = fields.take("currency", lambda value: Currency(_text(value)))

    def payable(value: object) -> int:
        return payable_micro(_decimal(value), currency)

    prices = Prices(
        currency=currency,
        charges=fields.take("charges", _each(lambda item: _charge(item, payable)), []),
        fee_micro=fields.take("fee", payable, "0"),
        discounts=fields.take("discounts", _each(lambda item: _discount(item, payable)), []),
        commitment_micro=fields.take("commitment", payable, "0"),
    )
    fields.end()
    return prices


def _charge(item: object, payable: Read[int]) -> Charge:
    fields = _Fields(item)
    charge = Charge(
        meter=fields.take("meter", lambda value: Meter(_text(value))),
        model=_model(fields, fields.take("model", _text)),
        included=fields.take("included", _units, 0),
        minimum_micro=fields.take("minimum", payable, "0"),
    )
    fields.end()
    return charge


def _model(fields: _Fields, name: str) -> PriceModel:
    match name:
        case "per_unit":
            return PerUnit(fields.take("unit_price", _decimal))
        case "package":
            return Package(fields.take("size", _units), fields.take("price", _decimal))
        case "graduated":
            return fields.take("tiers", lambda value: Graduated(_each(_tier)(value)))
        case "volume":
            return fields.take("tiers", lambda value: Volume(_each(_tier)(value)))
    raise PricesUnreadable("model", "must be per_unit, package, graduated or volume")


def _tier(item: object) -> Tier:
    fields = _Fields(item)
    tier = Tier(
        up_to=fields.take("up_to", lambda value: None if value is None else _units(value)),
        unit_price=fields.take("unit_price", _decimal),
        flat=fields.take("flat", _decimal, "0"),
    )
    fields.end()
    return tier


def _discount(item: object, payable: Read[int]) -> Discount:
    fields = _Fields(item)
    name = fields.take("name", _text)
    discount: Discount
    if "amount" in fields:
        discount = AmountOff(name, fields.take("amount", payable))
    else:
        discount = PercentOff(name, fields.take("percent", _percent))
    fields.end()
    return discount


def _percent(value: object) -> Decimal:
    percent = _decimal(value)
    if not 0 < percent <= 100:
        raise ValueError("must be above 0 and at most 100")
    return percent


def _text(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 100:
        raise ValueError("must be a text of 1 to 100 characters")
    return value


def _decimal(value: object) -> Decimal:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError('must be an amount as text, like "0.0005", of at most 9.12 digits')
    return Decimal(value)


def _units(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MOST_UNITS:
        raise ValueError(f"must be a whole number from 0 to {MOST_UNITS}")
    return value


def _each(read: Read[T]) -> Read[tuple[T, ...]]:
    def items(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise ValueError("must be a list")
        return tuple(_at(f"[{number}]", read, item) for number, item in enumerate(value))

    return items


def _at(place: str, read: Read[T], value: object) -> T:
    try:
        return read(value)
    except PricesUnreadable as error:
        joint = "." if place and error.field and not error.field.startswith("[") else ""
        raise PricesUnreadable(f"{place}{joint}{error.field}", error.rule) from None
    except ValueError as error:
        raise PricesUnreadable(place, str(error)) from None


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
            }
            for charge in prices.charges
        ],
        "discounts": [_discount_document(discount) for discount in prices.discounts],
        "commitment": _written(prices.commitment_micro),
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
