"""Money: integer micro-units of a currency. Prices are `Decimal`; an amount is rounded once, here.

An amount on an invoice is a whole number of the currency's minor units (cents), so that it can be
paid; it is held in micro-units, so that its parts can be divided further.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, localcontext
from enum import StrEnum
from typing import Final

from hazardmap.core.unfit import Unfit

MICRO: Final = 1_000_000
BEYOND: Final = 10**12
"""No amount that can be paid reaches this, so that in micro-units each fits into a column."""
_EXACT: Final = Context(prec=80, traps=[Inexact, InvalidOperation])
_ROUNDING: Final = Context(prec=80, traps=[InvalidOperation])


class Currency(StrEnum):
    """Currencies that prices may be in (ISO 4217): none that is paid in thousandths."""

    AUD = "AUD"
    BRL = "BRL"
    CAD = "CAD"
    CHF = "CHF"
    CZK = "CZK"
    DKK = "DKK"
    EUR = "EUR"
    FJD = "FJD"
    GBP = "GBP"
    HUF = "HUF"
    INR = "INR"
    JPY = "JPY"
    KES = "KES"
    KRW = "KRW"
    MXN = "MXN"
    NOK = "NOK"
    NZD = "NZD"
    PLN = "PLN"
    RON = "RON"
    SEK = "SEK"
    SGD = "SGD"
    USD = "USD"
    ZAR = "ZAR"

    @classmethod
    def _missing_(cls, value: object) -> None:
        raise ValueError(f"must be one of {', '.join(cls)}")

    @property
    def decimals(self) -> int:
        """How many digits of this currency can be paid."""
        return 0 if self in {Currency.JPY, Currency.KRW} else 2

    @property
    def minor_micro(self) -> int:
        """Micro-units in the smallest amount that can be paid."""
        return int(MICRO // 10**self.decimals)


@contextmanager
def exactly() -> Iterator[None]:
    """Decimal arithmetic in which a result that would have to be rounded raises Inexact."""
    with localcontext(_EXACT):
        yield


def rounded_micro(amount: Decimal, currency: Currency) -> int:
    """An amount in whole minor units, as micro-units; half a minor unit away from zero."""
    minor = amount.scaleb(currency.decimals, _ROUNDING)
    whole = minor.quantize(Decimal(1), rounding=ROUND_HALF_UP, context=_ROUNDING)
    return int(whole) * currency.minor_micro


def payable_micro(amount: Decimal, currency: Currency) -> int:
    """An amount that is already a whole number of minor units. Raises ValueError otherwise."""
    if amount.is_finite() and not -BEYOND < amount < BEYOND:
        raise Unfit(
            "%(amount)s %(currency)s cannot be paid: at most 12 digits before the decimal point",
            amount=amount,
            currency=currency,
        )
    micro = rounded_micro(amount, currency) if amount.is_finite() else None
    if micro is None or decimal_of(micro) != amount:
        raise _too_exact(amount, currency)
    return micro


def typed_micro(amount: Decimal, currency: Currency) -> int:
    """The same for an amount that somebody has typed: 1.000, and 1,000 where a comma is read like a
    dot, may have meant a thousand. Raises ValueError on more digits than are paid."""
    digits = amount.as_tuple().exponent
    if isinstance(digits, int) and digits < -currency.decimals:
        raise _too_exact(amount, currency)
    return payable_micro(amount, currency)


def _too_exact(amount: Decimal, currency: Currency) -> Unfit:
    return Unfit(
        "%(amount)s %(currency)s cannot be paid: at most %(decimals)d decimals",
        amount=amount,
        currency=currency,
        decimals=currency.decimals,
    )


def decimal_of(micro: int) -> Decimal:
    """Micro-units as the amount that people know."""
    return Decimal(micro).scaleb(-6, _EXACT)


def written(micro: int, currency: Currency) -> str:
    """An amount for people: "12.30 EUR"; more digits only where it has them."""
    amount = decimal_of(micro)
    if micro % currency.minor_micro == 0:
        amount = amount.quantize(Decimal(1).scaleb(-currency.decimals), context=_EXACT)
    return f"{amount:f} {currency}"


def plain(amount: Decimal) -> str:
    """An exact amount for programs: without zeros behind, but with cents."""
    cents = Decimal("0.01")
    rounded = amount.quantize(cents)
    return f"{rounded if rounded == amount else amount.normalize():f}"
