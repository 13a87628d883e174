"""Amounts for people."""

from decimal import Decimal

from django import template

from hazardmap.core.selling.pricing.money import Currency, decimal_of, rounded_micro, written
from hazardmap.platform.amounts import amount_words

register = template.Library()


@register.filter
def micro(amount_micro: int, currency: Currency) -> str:
    """An amount of micro-units as "1,234.50 EUR", rounded to what can be paid."""
    return amount(decimal_of(amount_micro), currency)


@register.filter
def amount(value: Decimal, currency: Currency) -> str:
    """The same of an exact amount."""
    return amount_words(rounded_micro(value, currency), currency)


@register.filter
def plain(amount_micro: int, currency: Currency) -> str:
    """The number alone, as one types it."""
    return written(amount_micro, currency).split()[0]
