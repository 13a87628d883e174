"""What a price version says: fee, charges, discounts and commitment in one currency."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from hazardmap.core.selling.pricing.graduated import Graduated
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.pricing.package import Package
from hazardmap.core.selling.pricing.per_unit import PerUnit
from hazardmap.core.selling.pricing.volume import Volume
from hazardmap.core.selling.usage import Meter

PriceModel = PerUnit | Package | Graduated | Volume


@dataclass(frozen=True, slots=True)
class Charge:
    """The price of one meter's usage in a billing period.

    included: units that cost nothing. minimum_micro: the least that the meter costs, used or
    not. quota: the most units that are served; None for any number. All are for a whole period
    and shrink with the part of it that is billed.
    """

    meter: Meter
    model: PriceModel
    included: int = 0
    minimum_micro: int = 0
    quota: int | None = None


@dataclass(frozen=True, slots=True)
class PercentOff:
    """percent: above 0, at most 100."""

    name: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class AmountOff:
    """amount_micro: for a whole period; never more than there is to pay."""

    name: str
    amount_micro: int


Discount = PercentOff | AmountOff


@dataclass(frozen=True, slots=True)
class Prices:
    """All amounts are for one whole billing period, before tax.

    Discounts apply in their order to what fee and charges come to; what then is missing up to
    commitment_micro is charged as well. Tiers and packages count from the start of each period
    or, where a subscription starts or ends within it, of the part that is billed.
    contributors_percent: of what is paid goes to those whose evidence was delivered.
    """

    currency: Currency
    charges: tuple[Charge, ...]
    fee_micro: int = 0
    discounts: tuple[Discount, ...] = ()
    commitment_micro: int = 0
    contributors_percent: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Raises ValueError on two charges for a meter and on two discounts of a name."""
        for what, names in (
            ("charges", [charge.meter.value for charge in self.charges]),
            ("discounts", [discount.name for discount in self.discounts]),
        ):
            name, count = next(iter(Counter(names).most_common(1)), ("", 0))
            if count > 1:
                raise ValueError(f"{what}: {name!r} may be there only once")
