"""What a plan costs, in words, for pages and mails."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from hazardmap.billing.words import METERS
from hazardmap.core.selling.pricing.graduated import Graduated
from hazardmap.core.selling.pricing.money import Currency, plain
from hazardmap.core.selling.pricing.package import Package
from hazardmap.core.selling.pricing.per_unit import PerUnit
from hazardmap.core.selling.pricing.prices import AmountOff, Charge, Discount, Prices
from hazardmap.core.selling.pricing.tiers import Tier, steps
from hazardmap.core.selling.pricing.volume import Volume
from hazardmap.core.selling.usage import Meter
from hazardmap.platform.amounts import amount_words


@dataclass(frozen=True, slots=True)
class ChargeWords:
    """Of a month. included: "" for none. beyond: what more of it costs. most: its quota, "" for
    none."""

    what: str
    included: str
    beyond: tuple[str, ...]
    most: str


@dataclass(frozen=True, slots=True)
class PriceWords:
    """fee: of a month. notes: sentences."""

    fee: str
    charges: tuple[ChargeWords, ...]
    notes: tuple[str, ...]


def price_words(prices: Prices) -> PriceWords:
    """In the language of whoever reads it; all amounts are before tax."""
    return PriceWords(
        fee=amount_words(prices.fee_micro, prices.currency),
        charges=tuple(_charge(charge, prices.currency) for charge in prices.charges),
        notes=tuple(_notes(prices)),
    )


def _charge(charge: Charge, currency: Currency) -> ChargeWords:
    beyond = [*_model(charge, currency)]
    if charge.minimum_micro:
        least = amount_words(charge.minimum_micro, currency)
        beyond.append(_("at least %(amount)s a month") % {"amount": least})
    return ChargeWords(
        what=_(METERS[charge.meter]),
        included=_count(charge.included) if charge.included else "",
        beyond=tuple(beyond),
        most="" if charge.quota is None else _count(charge.quota),
    )


def _model(charge: Charge, currency: Currency) -> Iterator[str]:
    match charge.model:
        case PerUnit(price):
            yield _each(price, currency)
        case Package(size, price):
            values = {"price": _price(price, currency), "size": _count(size)}
            yield _("%(price)s for each %(size)s that are begun") % values
        case Graduated(tiers):
            yield from _tiers(tiers, currency)
        case Volume(tiers):
            yield _("all at the price of how many they are:")
            yield from _tiers(tiers, currency)


def _tiers(tiers: tuple[Tier, ...], currency: Currency) -> Iterator[str]:
    for before, tier in steps(tiers):
        values = {
            "first": _count(before + 1),
            "last": "" if tier.up_to is None else _count(tier.up_to),
            "price": _each(tier.unit_price, currency),
        }
        if tier.up_to is None:
            words = _("from %(first)s on: %(price)s") if before else "%(price)s"
        else:
            words = _("%(first)s to %(last)s: %(price)s")
        if tier.flat:
            flat = _("and %(amount)s") % {"amount": _price(tier.flat, currency)}
            yield f"{words % values} {flat}"
        else:
            yield words % values


def _notes(prices: Prices) -> Iterator[str]:
    currency = prices.currency
    named = {charge.meter for charge in prices.charges}
    if free := [_(METERS[meter]) for meter in Meter if meter not in named]:
        yield _("Free of charge: %(what)s.") % {"what": ", ".join(free)}
    for discount in prices.discounts:
        off = {"name": discount.name, "off": _off(discount, currency)}
        yield _("Discount “%(name)s”: %(off)s.") % off
    if prices.commitment_micro:
        least = {"amount": amount_words(prices.commitment_micro, currency)}
        yield _("A month costs at least %(amount)s.") % least
    if prices.contributors_percent:
        part = {"percent": f"{prices.contributors_percent.normalize():f}"}
        yield _("%(percent)s %% of it goes to the drivers whose evidence was used.") % part


def _off(discount: Discount, currency: Currency) -> str:
    if isinstance(discount, AmountOff):
        return amount_words(discount.amount_micro, currency)
    return f"{number_format(Decimal(f'{discount.percent.normalize():f}'))} %"


def _each(price: Decimal, currency: Currency) -> str:
    return _("%(price)s each") % {"price": _price(price, currency)}


def _price(price: Decimal, currency: Currency) -> str:
    """With all its digits: a price of one thing may be less than what can be paid."""
    return f"{number_format(Decimal(plain(price)), force_grouping=True)} {currency}"


def _count(units: int) -> str:
    return number_format(units, force_grouping=True)
