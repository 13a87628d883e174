"""Amounts for people."""

from decimal import ROUND_HALF_UP, Decimal

from django import template

from hazardmap.core.pricing.money import Currency, decimal_of, written

register = template.Library()


@register.filter
def micro(amount_micro: int, currency: Currency) -> str:
    """An amount of micro-units as "12.30 EUR", rounded to what can be paid."""
    return amount(decimal_of(amount_micro), currency)


@register.filter
def amount(value: Decimal, currency: Currency) -> str:
    """The same of an exact amount."""
    minor = Decimal(1).scaleb(-currency.decimals)
    rounded = value.quantize(minor, rounding=ROUND_HALF_UP)
    return f"{rounded} {currency.value}"


@register.filter
def plain(amount_micro: int, currency: Currency) -> str:
    """The number alone, as one types it."""
    return written(amount_micro, currency).split()[0]
