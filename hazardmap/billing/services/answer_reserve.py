"""May this answer leave, what does it cost, and what is left?

The units are counted in Redis before it is known whether they may be served, and given back where
they may not. So each process sees what all others have reserved before it, and nobody is served
beyond a cap, however many ask at once.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from time import monotonic
from types import MappingProxyType
from typing import Final
from uuid import UUID

from hazardmap.billing.plan_selectors import is_plan_missing
from hazardmap.billing.spend_terms import Terms, left_of, terms_kept
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.pricing.spending import Counted, OverCap, OverQuota, Usage, judged
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.services import ALL, UnitsByKey, usage_reserve

REFUSED_FOR_S: Final = 1.0
MOST_KEPT: Final = 10_000
NOTHING: Final[Usage] = MappingProxyType({})


NO_PLAN: Final = "The organisation of this live key has no plan. Test keys need none."


class PlanMissing(Exception):
    """The organisation has to choose one of the plans that are on offer."""


class SpendingRefused(Exception):
    """currency: of a cap. reset_at: when the next period begins."""

    def __init__(self, why: OverCap | OverQuota, currency: Currency, reset_at: datetime) -> None:
        super().__init__(str(why))
        self.why, self.currency, self.reset_at = why, currency, reset_at


@dataclass(frozen=True, slots=True)
class Charged:
    """amount: what an answer adds to the month. left: of the lowest cap; None without one.

    units_left: of the meter's quota; None without one.
    """

    currency: Currency
    amount: Decimal
    spent: Decimal
    left: Decimal | None
    units_left: int | None


_refused: dict[tuple[str, Meter], tuple[float, SpendingRefused]] = {}


def refusal_known(
    *, organisation_id: UUID, key_id: str, meter: Meter
) -> PlanMissing | SpendingRefused | None:
    """Why this key gets not even one unit, as was seen a moment ago."""
    if is_plan_missing(organisation_id):
        return PlanMissing()
    until, refused = _refused.get((key_id, meter), (0.0, None))
    return refused if monotonic() < until else None


def answer_reserve(
    *, organisation_id: UUID, key_id: str, meter: Meter, units: int, begun: bool = False
) -> Charged | None:
    """Reserve the units of an answer that is about to leave; None for who has no prices.

    begun: the answer is leaving already and is not stopped any more. Raises PlanMissing and
    SpendingRefused.
    """
    terms = terms_kept(organisation_id)
    if terms is None:
        if not begun and is_plan_missing(organisation_id):
            raise PlanMissing
        return None
    after = _counted(_reserve(terms, key_id, meter, units), key_id)
    before = after.plus(meter, -units)
    if units and not begun:
        why = judged(terms.tariff, terms.hard_caps(key_id), meter, before=before, after=after)
        if why is not None:
            _reserve(terms, key_id, meter, -units)
            refused = SpendingRefused(why, terms.currency, terms.month.end)
            _remember(terms, key_id, meter, before, refused)
            raise refused
    return _charged(terms, key_id, meter, before, after)


def answer_quote(
    *, organisation_id: UUID, key_id: str, meter: Meter, units: int, beside: Usage = NOTHING
) -> Charged | None:
    """What so many units, and others beside them, would add to the month as it is now.

    Nothing is reserved. None for who has no prices.
    """
    terms = terms_kept(organisation_id)
    if terms is None:
        return None
    now = _counted(_reserve(terms, key_id, meter, 0), key_id)
    then = now.plus(meter, units)
    for other, count in beside.items():
        then = then.plus(other, count)
    amount = terms.tariff.cost(then.all) - terms.tariff.cost(now.all)
    return replace(_charged(terms, key_id, meter, now, now), amount=amount)


def answer_return(*, organisation_id: UUID, key_id: str, meter: Meter, units: int) -> None:
    """The answer did not leave: its units are free again."""
    terms = terms_kept(organisation_id)
    if terms is not None:
        _reserve(terms, key_id, meter, -units)


def _reserve(terms: Terms, key_id: str, meter: Meter, units: int) -> UnitsByKey:
    return usage_reserve(account=terms.account, key_id=key_id, meter=meter, units=units)


def _counted(units: UnitsByKey, key_id: str) -> Counted:
    return Counted(key_id, units[ALL], units[key_id])


def _charged(terms: Terms, key_id: str, meter: Meter, before: Counted, after: Counted) -> Charged:
    tariff, quota = terms.tariff, terms.tariff.quota(meter)
    spent = tariff.cost(after.all)
    lefts = [left_of(terms.cap_micro(), spent)]
    if terms.cap_micro(key_id) is not None:
        mine = tariff.spent_by_key(key_id, after.all, after.key)
        lefts.append(left_of(terms.cap_micro(key_id), mine))
    return Charged(
        currency=terms.currency,
        amount=spent - tariff.cost(before.all),
        spent=spent,
        left=min((left for left in lefts if left is not None), default=None),
        units_left=None if quota is None else max(0, quota - after.all[meter]),
    )


def _remember(
    terms: Terms, key_id: str, meter: Meter, before: Counted, refused: SpendingRefused
) -> None:
    """For a moment, where not even one unit would have been served."""
    one = before.plus(meter, 1)
    if judged(terms.tariff, terms.hard_caps(key_id), meter, before=before, after=one) is None:
        return
    if len(_refused) >= MOST_KEPT:
        _refused.clear()
    _refused[key_id, meter] = monotonic() + REFUSED_FOR_S, refused
