"""Amounts of money in the language of whoever reads them."""

from decimal import Decimal

from django.utils.formats import number_format

from hazardmap.core.selling.pricing.money import Currency, written


def amount_words(micro: int, currency: Currency) -> str:
    """ "1,234.50 EUR", "1.234,50 EUR"; more than the currency's decimals only where it has them."""
    number, code = written(micro, currency).split()
    return f"{number_format(Decimal(number), force_grouping=True)} {code}"
