"""What an answer to a buyer costs and what is left; 402 at a spending cap and without a plan where
there are some on offer, 429 at a quota."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import exceptions
from rest_framework.request import Request

from hazardmap.api.authentication import buyer_of
from hazardmap.billing.cost_told import cost_told
from hazardmap.billing.services import (
    NO_PLAN,
    Charged,
    PlanMissing,
    SpendingRefused,
    answer_quote,
    answer_reserve,
    answer_return,
    refusal_known,
)
from hazardmap.core.answers.feature import timestamp
from hazardmap.core.selling.pricing.money import decimal_of, plain
from hazardmap.core.selling.pricing.spending import OverCap, OverQuota
from hazardmap.core.selling.usage import Meter
from hazardmap.platform import problem_types
from hazardmap.platform.problem_types import ProblemType


class Unaffordable(exceptions.APIException):
    """The answer would cost more than may be spent, is above the quota of the plan, or there is no
    plan."""

    def __init__(self, refused: PlanMissing | SpendingRefused) -> None:
        self.members: dict[str, Any] = {}
        self.kind, detail = problem_types.PLAN_MISSING, NO_PLAN
        if isinstance(refused, SpendingRefused):
            self.kind, detail, self.members = _no_more(refused)
            if isinstance(refused.why, OverQuota):
                left_s = (refused.reset_at - timezone.now()).total_seconds()
                self.wait = max(1, int(left_s))
        self.status_code = self.kind.status
        super().__init__(detail)


def check_affordable(request: Request, meter: Meter) -> None:
    """Raises Unaffordable where it is known already, before anything is looked up."""
    buyer = buyer_of(request)
    if buyer.test:
        return
    refused = refusal_known(organisation_id=buyer.organisation_id, key_id=buyer.key_id, meter=meter)
    if refused is not None:
        raise Unaffordable(refused)


def reserve(
    request: Request, meter: Meter, units: int, *, begun: bool = False, payer: str | None = None
) -> dict[str, Any]:
    """Reserve what an answer holds; its `cost`. Raises Unaffordable unless it has begun.

    What a test key gets costs nothing. payer: the key that pays, where it is not the one that asks.
    """
    return cost_told(meter, units, _charge(request, meter, units, begun=begun, payer=payer))


def reserve_together(request: Request, units: Mapping[Meter, int]) -> dict[str, Any]:
    """Reserve units of several meters, or none of them; the `cost`, which is that of the last and
    names the others. Raises Unaffordable.
    """
    reserved: dict[Meter, Charged | None] = {}
    try:
        for meter, count in units.items():
            reserved[meter] = _charge(request, meter, count)
    except Unaffordable:
        for meter in reserved:
            give_back(request, meter, units[meter])
        raise
    meter, charged = reserved.popitem()
    if charged is not None:
        others = sum((one.amount for one in reserved.values() if one is not None), Decimal(0))
        charged = replace(charged, amount=charged.amount + others)
    beside = {other.value: units[other] for other in reserved}
    return cost_told(meter, units[meter], charged) | {"beside": beside}


def quote(
    request: Request, meter: Meter, units: int, beside: Mapping[Meter, int]
) -> dict[str, Any]:
    """The `cost` that `reserve_together` would say, but for what is spent and left: as it is now.

    Nothing is reserved.
    """
    buyer = buyer_of(request)
    charged = None
    if not buyer.test:
        charged = answer_quote(
            organisation_id=buyer.organisation_id,
            key_id=buyer.key_id,
            meter=meter,
            units=units,
            beside=beside,
        )
    others = {other.value: count for other, count in beside.items()}
    return cost_told(meter, units, charged) | {"beside": others}


def _charge(
    request: Request, meter: Meter, units: int, *, begun: bool = False, payer: str | None = None
) -> Charged | None:
    """None for a test key and for who has and needs no plan."""
    buyer = buyer_of(request)
    if buyer.test:
        return None
    try:
        return answer_reserve(
            organisation_id=buyer.organisation_id,
            key_id=payer or buyer.key_id,
            meter=meter,
            units=units,
            begun=begun,
        )
    except (PlanMissing, SpendingRefused) as refused:
        raise Unaffordable(refused) from refused


def give_back(request: Request, meter: Meter, units: int, *, payer: str | None = None) -> None:
    """What was reserved has not been served. payer: as in reserve."""
    buyer = buyer_of(request)
    if not buyer.test:
        answer_return(
            organisation_id=buyer.organisation_id,
            key_id=payer or buyer.key_id,
            meter=meter,
            units=units,
        )


def _no_more(refused: SpendingRefused) -> tuple[ProblemType, str, dict[str, Any]]:
    """The kind of the problem, its detail and its members."""
    why, reset = refused.why, timestamp(refused.reset_at)
    if isinstance(why, OverCap):
        kind = problem_types.CAP_REACHED
        detail, members = _over_cap(why, refused.currency.value)
    else:
        kind = problem_types.QUOTA
        detail, members = _over_quota(why)
    return kind, f"{detail} It is free again from {reset} on.", members | {"reset": reset}


def _over_cap(why: OverCap, currency: str) -> tuple[str, dict[str, Any]]:
    cap = decimal_of(why.cap_micro)
    balance = max(Decimal(0), cap - why.spent)
    detail = (
        f"This answer would cost more than is left of the {why.whose}'s spending cap: "
        f"{plain(balance)} of {plain(cap)} {currency}."
    )
    return detail, {
        "whose": why.whose.value,
        "cap": plain(cap),
        "spent": plain(why.spent),
        "balance": plain(balance),
        "currency": currency,
    }


def _over_quota(why: OverQuota) -> tuple[str, dict[str, Any]]:
    balance = max(0, why.quota - why.used)
    detail = f"The plan has {balance} of {why.quota} units of {why.meter} left in this month."
    return detail, {
        "violated-policies": ["plan"],
        "meter": why.meter.value,
        "quota": why.quota,
        "balance": balance,
    }
