"""From usage and prices to the lines of an invoice, and what of them is still to be billed.

Everything is computed from totals: no amount is ever added to piece by piece. So usage that
arrives late is billed as the difference between what a period costs now and what was billed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hazardmap.core.selling.pricing.money import decimal_of, exactly, rounded_micro
from hazardmap.core.selling.pricing.period import Period, prorated
from hazardmap.core.selling.pricing.prices import Charge, Discount, PercentOff, Prices
from hazardmap.core.selling.usage import Meter


class LineKind(StrEnum):
    FEE = "fee"
    USAGE = "usage"
    MINIMUM = "minimum"
    DISCOUNT = "discount"
    COMMITMENT = "commitment"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class Line:
    """of: the meter of usage and minimum, the name of a discount or tax, else "".

    quantity: units used, 0 where nothing is counted. amount_micro: below zero for a discount.
    """

    kind: LineKind
    of: str
    quantity: int
    amount_micro: int


def rate(prices: Prices, usage: Mapping[Meter, int], *, period: Period, part: Period) -> list[Line]:
    """What the usage in `part` of a billing period costs, before tax; lines of nothing left out.

    A meter without a charge costs nothing, and is listed. Raises ValueError on a part outside.
    """
    step = prices.currency.minor_micro

    def share(micro: int) -> int:
        return prorated(micro // step, of=period, part=part) * step

    with exactly():
        lines = [Line(LineKind.FEE, "", 0, share(prices.fee_micro))]
        charges = {charge.meter: charge for charge in prices.charges}
        for meter in Meter:
            quantity, charge = usage.get(meter, 0), charges.get(meter)
            amount = 0
            if charge is not None:
                included = prorated(charge.included, of=period, part=part)
                amount = _amount_micro(prices, charge, max(0, quantity - included))
            lines.append(Line(LineKind.USAGE, meter.value, quantity, amount))
            missing = max(0, share(charge.minimum_micro) - amount) if charge else 0
            lines.append(Line(LineKind.MINIMUM, meter.value, 0, missing))
        for discount in prices.discounts:
            off = _off_micro(prices, discount, total_micro(lines), share)
            lines.append(Line(LineKind.DISCOUNT, discount.name, 0, -off))
        missing = max(0, share(prices.commitment_micro) - total_micro(lines))
        lines.append(Line(LineKind.COMMITMENT, "", 0, missing))
    return [line for line in lines if line.quantity or line.amount_micro]


def still_to_bill(owed: Iterable[Line], billed: Iterable[Line]) -> list[Line]:
    """The lines that bring what was billed to what is owed, in the order of `owed`.

    A line that was billed and is owed no more comes back with its amount turned round.
    """
    now, before = _by_key(owed), _by_key(billed)
    lines = []
    for kind, of in [*now, *(key for key in before if key not in now)]:
        quantity, amount = now.get((kind, of), (0, 0))
        quantity_before, amount_before = before.get((kind, of), (0, 0))
        if (quantity, amount) != (quantity_before, amount_before):
            lines.append(Line(kind, of, quantity - quantity_before, amount - amount_before))
    return lines


def total_micro(lines: Iterable[Line]) -> int:
    return sum(line.amount_micro for line in lines)


def _amount_micro(prices: Prices, charge: Charge, quantity: int) -> int:
    return rounded_micro(charge.model.amount(quantity), prices.currency)


def _off_micro(
    prices: Prices, discount: Discount, subtotal_micro: int, share: Callable[[int], int]
) -> int:
    if isinstance(discount, PercentOff):
        off = decimal_of(subtotal_micro) * discount.percent.scaleb(-2)
        return rounded_micro(off, prices.currency)
    return min(share(discount.amount_micro), subtotal_micro)


def _by_key(lines: Iterable[Line]) -> dict[tuple[LineKind, str], tuple[int, int]]:
    """Quantity and amount of each kind and what it is of, over several invoices."""
    sums: dict[tuple[LineKind, str], tuple[int, int]] = {}
    for line in lines:
        key = line.kind, line.of
        quantity, amount = sums.get(key, (0, 0))
        sums[key] = quantity + line.quantity, amount + line.amount_micro
    return sums
