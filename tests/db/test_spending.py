"""Spending: counted before it is served, capped to the last answer, told once."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Organisation
from hazardmap.accounts.services import key_create
from hazardmap.billing import spend_terms
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services import (
    spending_watch,
    subscribe,
)
from hazardmap.billing.services.answer_reserve import SpendingRefused
from hazardmap.billing.spend_selectors import spending_now
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.services import usage_record, usage_ship
from tests.billing_scene import LAST, changed_terms, sell, serve
from tests.map_scene import put_hazard
from tests.spending_scene import PRICES, ROUTE, cap, module, reserve, this_month

DAY = timedelta(days=1)
settling = import_module("hazardmap.metering.services.usage_settle")
ASK = "/api/v1/hazards?bbox=0,40,20,60&published=false&limit="


def test_an_answer_says_what_it_adds_and_what_is_left(sold):
    cap(sold, "12")
    first, second = reserve(sold, 90), reserve(sold, 20)
    assert (first.amount, first.spent, first.left) == (9, 9, 3)
    assert (second.amount, second.spent) == (Decimal("1.10"), Decimal("10.10"))
    assert reserve(sold, 0).left == Decimal("1.90")
    assert reserve(sold, 5, Meter.IMAGE).amount == 0, "what has no price costs nothing"


def test_a_cap_is_reached_by_the_answer_that_reaches_it(sold):
    cap(sold, "10.50")
    reserve(sold, 140)  # 10.40
    with pytest.raises(SpendingRefused) as refused:
        reserve(sold, 11)
    assert refused.value.why.spent == Decimal("10.40")
    assert reserve(sold, 10).left == 0, "what was refused is free again"
    with pytest.raises(SpendingRefused):
        reserve(sold, 1)
    cap(sold, "10.60")
    assert reserve(sold, 10).left == 0
    cap(sold, "1", hard=False)
    assert reserve(sold, 1).left == 0, "told only"
    cap(sold, None)
    assert reserve(sold, 1000).left is None


def test_a_key_has_its_own_cap_and_pays_by_its_units(sold):
    organisation_id, _ = sold
    other = key_create(organisation=Organisation.objects.get(pk=organisation_id), name="b").kid
    cap(sold, "2", key_id=other)
    reserve(sold, 100)
    both = (organisation_id, other)
    assert reserve(both, 20).left == 2 - Decimal("1.7") - Decimal("0"), "20 of 120 units, 10.20"
    with pytest.raises(SpendingRefused) as refused:
        reserve(both, 20)
    assert refused.value.why.whose == "key"
    assert reserve(sold, 20).left is None
    with pytest.raises(BillingRefused, match="is not a key"):
        cap(sold, "2", key_id="x")


def test_a_key_made_in_place_of_another_has_its_cap(sold):
    organisation_id, first = sold
    organisation = Organisation.objects.get(pk=organisation_id)
    second, third = (key_create(organisation=organisation, name=name).kid for name in "bc")
    ApiKey.objects.filter(kid=second).update(replaces=first)
    ApiKey.objects.filter(kid=third).update(replaces=second)
    cap(sold, "2", key_id=first)
    newest = (organisation_id, third)
    assert reserve(newest, 20).left == 0
    with pytest.raises(SpendingRefused) as refused:
        reserve(newest, 1)
    assert refused.value.why.whose == "key"
    cap(sold, "3", key_id=third)
    assert reserve(newest, 5).left == Decimal("0.5")
    assert reserve((organisation_id, second), 1).left == Decimal("1.9"), "of its own units"
    cap(sold, None, key_id=third)
    assert reserve(newest, 100).left is None


def test_the_cap_of_a_key_is_for_the_month_whatever_the_plan(db, monkeypatch):
    """A new plan begins within the month: what a key spent under the one before still counts."""
    monkeypatch.setattr(spend_terms, "GOOD_FOR_S", 0.0)
    monkeypatch.setattr(module, "REFUSED_FOR_S", 0.0)
    cent = {"meter": "hazard", "model": "per_unit", "unit_price": "0.01"}
    sold = organisation_id, key = sell(start=LAST.start, prices=PRICES | {"charges": [cent]})
    organisation = Organisation.objects.get(pk=organisation_id)
    other = key_create(organisation=organisation, name="b").kid
    cap(sold, "100", key_id=key)
    cap(sold, "100", key_id=other)
    serve(key, LAST, units=10_000)
    serve(other, LAST, units=100)
    changed_terms(**PRICES | {"charges": [cent | {"unit_price": "0.02"}]})
    subscribe(organisation_id=organisation_id, plan="standard", start=LAST.start + 15 * DAY)
    now = SimpleNamespace(now=lambda: LAST.start + 20 * DAY)
    monkeypatch.setattr(spend_terms, "timezone", now)
    with pytest.raises(SpendingRefused) as refused:
        reserve(sold, 1)
    assert (refused.value.why.whose, refused.value.why.spent) == ("key", 100)
    assert reserve((organisation_id, other), 1).left == 99 - Decimal("0.02")
    spent = {one.key_id: one.spent for one in spending_now(organisation_id, now.now()).keys}
    assert spent == {key: 100, other: Decimal("1.02")}
    assert spending_now(organisation_id, now.now()).spent == Decimal("101.02")


def test_counts_come_back_from_the_rows_when_redis_has_forgotten(sold):
    reserve(sold, 50)
    at = timezone.now()
    usage_record(UsageRecord(sold[1], Meter.HAZARD, 50, at, "r", "hazards"))
    usage_ship()
    spending_watch()
    cache.clear()
    assert reserve(sold, 0).spent == 5


@pytest.mark.parametrize("sold", [PRICES | {"charges": [*PRICES["charges"], ROUTE]}], indirect=True)
def test_a_query_along_a_route_is_reserved_with_its_hazards_or_not_at_all(sold, client):
    organisation = Organisation.objects.get(pk=sold[0])
    key = key_create(organisation=organisation, name="b")
    headers = {"Authorization": f"Bearer {key.token}"}
    put_hazard(1.0, 50.0)
    line = {"type": "LineString", "coordinates": [[0.99, 50.0], [1.01, 50.0]]}

    def ask():
        address = "/api/v1/hazards/along-route?published=false"
        return client.post(address, line, content_type="application/json", headers=headers)

    cost = ask().json()["cost"]
    assert (cost["amount"], cost["spent"], cost["beside"]) == ("0.60", "0.60", {"route": 1})
    cap(sold, "1.10")
    refused = ask()
    assert (refused.status_code, refused.json()["spent"]) == (402, "1.10")
    assert reserve(sold, 0).spent == Decimal("0.60"), "the query was given back"


def test_what_a_killed_process_had_reserved_is_free_again_after_its_hour(sold, monkeypatch):
    cap(sold, "99")
    reserve(sold, 30)
    usage_record(UsageRecord(sold[1], Meter.HAZARD, 20, timezone.now(), "served", "hazards"))
    usage_ship()
    spending_watch()
    assert reserve(sold, 0).spent == 3
    later = SimpleNamespace(now=lambda: timezone.now() + timedelta(hours=2))
    monkeypatch.setattr(settling, "timezone", later)
    for _ in range(2):
        cap(sold, "99")
        spending_watch()
        assert reserve(sold, 0).spent == 2
    assert reserve(sold, 1).spent == Decimal("2.10")


def test_the_api_answers_402_and_429_with_what_is_left_and_when_it_is_free_again(sold, client):
    organisation = Organisation.objects.get(pk=sold[0])
    key = key_create(organisation=organisation, name="b")
    headers = {"Authorization": f"Bearer {key.token}"}
    for number in range(5):
        put_hazard(number, 50)
    cost = client.get(f"{ASK}3", headers=headers).json()["cost"]
    assert cost == {
        "meter": "hazard",
        "units": 3,
        "amount": "0.30",
        "currency": "EUR",
        "spent": "0.30",
        "left": None,
        "units_left": None,
        "beside": {},
    }
    cap(sold, "0.60")
    refused = client.get(f"{ASK}4", headers=headers)
    assert (refused.status_code, refused["Content-Type"]) == (402, "application/problem+json")
    said = refused.json()
    assert said["type"].endswith("/api/problems/#cap-reached")
    assert (said["cap"], said["spent"], said["balance"]) == ("0.60", "0.30", "0.30")
    assert said["reset"] == this_month().end.isoformat().replace("+00:00", "Z")
    assert client.get(f"{ASK}3", headers=headers).json()["cost"]["left"] == "0.00"
    empty = client.get("/api/v1/hazards?bbox=-10,40,-9,41", headers=headers)
    assert empty.json()["cost"]["amount"] == "0.00", "what holds nothing is answered"
    usage_ship()
    served = UsageEvent.objects.filter(key_id=key.kid)
    assert sorted(served.values_list("quantity", flat=True)) == [3, 3]


def test_the_quota_of_a_plan(db, client, monkeypatch):
    monkeypatch.setattr(spend_terms, "GOOD_FOR_S", 0.0)
    charge = {"meter": "hazard", "model": "per_unit", "unit_price": "0", "quota": 4}
    organisation_id, _ = sell(start=this_month().start, prices={"charges": [charge]})
    key = key_create(organisation=Organisation.objects.get(pk=organisation_id), name="b")
    headers = {"Authorization": f"Bearer {key.token}"}
    for number in range(5):
        put_hazard(number, 50)
    assert client.get(f"{ASK}3", headers=headers).json()["cost"]["units_left"] == 1
    refused = client.get(f"{ASK}3", headers=headers)
    assert refused.status_code == 429
    assert (refused.json()["quota"], refused.json()["balance"]) == (4, 1)
    assert refused.json()["violated-policies"] == ["plan"]
    assert int(refused["Retry-After"]) <= this_month().length_s
