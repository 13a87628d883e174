"""Plans on offer, and somebody who takes one."""

import json
from typing import Any
from uuid import UUID

import pytest

from hazardmap.billing import plan_selectors, spend_terms
from hazardmap.billing.documents import terms_from
from hazardmap.billing.management.commands.billing_setup import EXAMPLE
from hazardmap.billing.plan_selectors import offers
from hazardmap.billing.selectors import BillingAddress
from hazardmap.billing.services import plan_choose, terms_set
from hazardmap.billing.services.subscribe import Subscribed
from hazardmap.closing import watching

ADDRESS = BillingAddress(
    name="Fleet GmbH", address="Weg 1\n10115 Berlin", country="DE", tax_number="", reference=""
)
CHEAP: dict[str, Any] = {
    "currency": "EUR",
    "charges": [{"meter": "hazard", "model": "per_unit", "unit_price": "0.01", "quota": 5000}],
}


def keep_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every read of plans and terms is of now."""
    monkeypatch.setattr(spend_terms, "GOOD_FOR_S", 0.0)
    monkeypatch.setattr(plan_selectors, "GOOD_FOR_S", 0.0)
    monkeypatch.setattr(plan_selectors, "_offered", plan_selectors._Offered())
    monkeypatch.setattr(watching, "GOOD_FOR_S", 0.0)
    monkeypatch.setattr(watching, "_known", watching._Known())


def offered(**prices: Any) -> None:
    """“Standard” and “Small” by themselves, “Special” only from the operator."""
    document = json.loads(EXAMPLE)
    (standard,) = document["plans"]
    standard["prices"] |= prices
    small = {"code": "small", "name": "Small", "offered": True, "prices": CHEAP}
    special = {"code": "special", "name": "Special", "prices": CHEAP}
    document["plans"] += [small, special]
    seller, plans = terms_from(document)
    terms_set(seller=seller, plans=plans)


def chosen(organisation_id: UUID, plan: str, now: Any, to: BillingAddress = ADDRESS) -> Subscribed:
    """Subscribed to at the prices of now."""
    (version,) = {one.version for one in offers() if one.code == plan}
    return plan_choose(organisation_id=organisation_id, plan=plan, version=version, to=to, now=now)
