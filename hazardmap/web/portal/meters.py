"""Usage in words and numbers for people."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy

from hazardmap.billing import words
from hazardmap.billing.spend_selectors import SpendingNow
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.selectors import UsedInTime

METERS: Final = {meter: gettext_lazy(name) for meter, name in words.METERS.items()}


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One meter this month. included: units of the plan; None without one. quota: the most."""

    words: str
    units: int
    answers: int
    included: int | None
    quota: int | None

    @property
    def most(self) -> int | None:
        return self.quota or self.included or None

    @property
    def full(self) -> bool:
        return self.most is not None and self.units >= self.most


def month_rows(used: Iterable[UsedInTime], spending: SpendingNow | None) -> list[MonthRow]:
    """Meters that were used or that the plan names."""
    units: dict[Meter, int] = defaultdict(int)
    answers: dict[Meter, int] = defaultdict(int)
    for row in used:
        units[row.meter] += row.quantity
        answers[row.meter] += row.answers
    included = {}
    if spending is not None:
        included = {charge.meter: charge.included for charge in spending.prices.charges}
    quotas = spending.quotas if spending else {}
    return [
        MonthRow(str(name), units[meter], answers[meter], included.get(meter), quotas.get(meter))
        for meter, name in METERS.items()
        if meter in included or units[meter]
    ]
