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
    """One meter this month. of_plan: its units since the plan began, of which so many are included,
    None without one, and so many are the most (quota)."""

    words: str
    units: int
    answers: int
    of_plan: int
    included: int | None
    quota: int | None

    @property
    def most(self) -> int | None:
        return self.quota or self.included or None

    @property
    def full(self) -> bool:
        return self.most is not None and self.of_plan >= self.most


def month_rows(used: Iterable[UsedInTime], spending: SpendingNow | None) -> list[MonthRow]:
    """Meters that were used or that the plan names."""
    units: dict[Meter, int] = defaultdict(int)
    answers: dict[Meter, int] = defaultdict(int)
    for row in used:
        units[row.meter] += row.quantity
        answers[row.meter] += row.answers
    of_plan = spending.units if spending else {}
    included = spending.included if spending else {}
    quotas = spending.quotas if spending else {}
    return [
        MonthRow(
            str(name),
            units[meter],
            answers[meter],
            of_plan.get(meter, 0),
            included.get(meter),
            quotas.get(meter),
        )
        for meter, name in METERS.items()
        if meter in included or units[meter]
    ]
