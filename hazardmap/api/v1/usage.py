"""What a buyer has used and spent this month, and what its key may do: free."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.accounts.selectors import api_key_of
from hazardmap.api.authentication import buyer_of
from hazardmap.api.buyers import BuyerView
from hazardmap.api.operations import operation
from hazardmap.api.spending import quote
from hazardmap.billing.spend_selectors import CapInfo, KeySpending, SpendingNow, spending_now
from hazardmap.core.access.scopes import Scope
from hazardmap.core.answers.feature import timestamp
from hazardmap.core.selling.pricing.money import decimal_of, plain
from hazardmap.core.selling.usage import Meter


class Units(serializers.DictField):
    child = serializers.IntegerField(min_value=0)


class Cap(serializers.Serializer[Any]):
    amount = serializers.CharField(help_text="before tax")
    hard = serializers.BooleanField(help_text="answers beyond it are refused; else it is only told")


class KeyUsage(serializers.Serializer[Any]):
    key_id = serializers.CharField()
    test = serializers.BooleanField(help_text="a test key: nothing is billed")
    scopes = serializers.ListField(child=serializers.ChoiceField([scope.value for scope in Scope]))
    expires_at = serializers.DateTimeField(allow_null=True)
    units = Units(help_text="by meter")
    spent = serializers.CharField(allow_null=True, help_text="its part, before fees and discounts")
    cap = Cap(allow_null=True)


class MonthUsage(serializers.Serializer[Any]):
    """Of all keys of your organisation; amounts are before tax."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    plan = serializers.CharField()
    currency = serializers.CharField()
    units = Units(help_text="by meter, since the plan began within this month")
    quotas = Units(help_text="of meters that have one")
    spent = serializers.CharField()
    forecast = serializers.CharField(help_text="at the end of the month, if it goes on so")
    left = serializers.CharField(
        allow_null=True,
        help_text="of the lowest cap, this key's or all keys'; null without one, and for test keys",
    )
    cap = Cap(allow_null=True)


class UsageNow(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField()
    key = KeyUsage(help_text="the one that asks")
    month = MonthUsage(allow_null=True, help_text="null where there is no plan")


class Usage(BuyerView):
    """Any key may ask about itself, whatever its scopes."""

    permission_classes = (IsAuthenticated,)  # type: ignore[assignment]  # not the base's pair: no scope is asked
    quota = 120
    meter = None

    def bucket(self, request: Request) -> str:
        return f"usage:{buyer_of(request).key_id}"

    @operation("getUsage", responses=UsageNow)
    def get(self, request: Request) -> Response:
        """What was used and spent in this month, what is left, and what this key may do. Free."""
        buyer, now = buyer_of(request), timezone.now()
        spending = spending_now(buyer.organisation_id, now)
        row = api_key_of(buyer.organisation_id, buyer.key_id)
        keys = spending.keys if spending else ()
        mine = next((one for one in keys if one.key_id == buyer.key_id), None)
        expires_at = row.expires_at if row else None
        body = {
            "as_of": timestamp(now),
            "key": {
                "key_id": buyer.key_id,
                "test": buyer.test,
                "scopes": sorted(buyer.scopes),
                "expires_at": expires_at and timestamp(expires_at),
                **_of_key(mine),
            },
            "month": spending and _month(spending, quote(request, Meter.HAZARD, 0, {})["left"]),
        }
        return Response(body, headers={"Cache-Control": "private, no-store"})


def _of_key(mine: KeySpending | None) -> dict[str, Any]:
    if mine is None:
        return {"units": {}, "spent": None, "cap": None}
    return {"units": _units(mine.units), "spent": plain(mine.spent), "cap": _cap(mine.cap)}


def _month(spending: SpendingNow, left: str | None) -> dict[str, Any]:
    return {
        "start": timestamp(spending.month.start),
        "end": timestamp(spending.month.end),
        "plan": spending.plan,
        "currency": spending.currency.value,
        "units": _units(spending.units),
        "quotas": _units(spending.quotas),
        "spent": plain(spending.spent),
        "forecast": plain(spending.forecast),
        "left": left,
        "cap": _cap(spending.cap),
    }


def _units(units: dict[Meter, int]) -> dict[str, int]:
    return {meter.value: count for meter, count in units.items() if count}


def _cap(cap: CapInfo | None) -> dict[str, Any] | None:
    if cap is None:
        return None
    return {"amount": plain(decimal_of(cap.amount_micro)), "hard": cap.hard}
