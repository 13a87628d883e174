"""The page of the plan, the order, and what the API says before and after it."""

import re

import pytest
from django.utils import timezone

from hazardmap.billing.models import Customer, Subscription
from hazardmap.billing.plan_selectors import plan_now
from hazardmap.core.access.roles import Role
from tests.account_scene import founded, member, signed_in
from tests.plan_scene import keep_nothing, offered
from tests.portal_scene import made

pytestmark = pytest.mark.django_db
TYPED = {
    "version": "1",
    "name": "Caran autot Oy",
    "address": "Katu 2\n00100 Helsinki",
    "country": "FI",
    "tax_number": "2077474-0",
    "reference": "PO 7",
}


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    keep_nothing(monkeypatch)


@pytest.fixture
def owned():
    """An owner's client, the address of the portal, and its organisation."""
    organisation, olga = founded()
    return signed_in(olga), f"/portal/{organisation.pk}/", organisation


def test_an_owner_orders_a_plan_and_the_live_key_answers(owned, client):
    mine, base, organisation = owned
    offered()
    token = made(mine, base)
    headers = {"Authorization": f"Bearer {token}"}

    def ask(path="/api/v1/hazards?bbox=24,60,25,61"):
        return client.get(path, headers=headers)

    refused = ask()
    assert (refused.status_code, refused.json()["title"]) == (402, "A plan is needed")
    assert refused.json()["type"].endswith("/api/problems/#plan-missing")
    tiles = ask("/tiles/v1/hazards.json")
    told = {"status", "type", "title", "detail"}
    assert {name: tiles.json()[name] for name in told} == {
        name: refused.json()[name] for name in told
    }
    assert ask("/api/v1/usage").status_code == 200, "what is free stays free"
    assert ask("/api/v1/hazards?bbox=24,60,25,61&explain=cost").json()["amount"] is None
    assert "live keys get no answers" in mine.get(base).content.decode()

    page = mine.get(f"{base}costs/plan/").content.decode()
    assert re.search(r"costs/plan/standard/", page)
    assert "49.00 EUR" in mine.get(f"{base}costs/plan/standard/").content.decode()
    wrong = mine.post(f"{base}costs/plan/standard/", TYPED | {"tax_number": "12345670"})
    assert "no VAT number of FI" in wrong.content.decode()
    assert 'value="PO 7"' in wrong.content.decode(), "what was typed stays"
    assert not Customer.objects.exists()
    assert mine.post(f"{base}costs/plan/standard/", TYPED).url == f"{base}costs/plan/"
    assert (ask().status_code, ask("/tiles/v1/hazards.json").status_code) == (200, 200)
    assert Customer.objects.get().tax_number == "FI20774740"

    assert mine.post(f"{base}costs/plan/leave/").url == f"{base}costs/plan/"
    page = mine.get(f"{base}costs/plan/").content.decode()
    assert "and none follows" in page
    assert "Keep it" in page
    mine.post(f"{base}costs/plan/standard/", TYPED)
    assert plan_now(organisation.pk, timezone.now()).end is None


@pytest.mark.parametrize("version", ["", "x", "2", "9" * 20, "\u0663"])
def test_a_version_that_is_not_the_one_on_offer_orders_nothing(owned, version):
    mine, base, _ = owned
    offered()
    page = mine.post(f"{base}costs/plan/small/", TYPED | {"version": version})
    assert "The prices have changed" in page.content.decode()
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("role", Role)
def test_only_who_sees_to_the_bills_orders_and_leaves(owned, role):
    _, base, organisation = owned
    offered()
    one = signed_in(member(organisation, role))
    allowed = role in {Role.OWNER, Role.BILLING}
    assert one.get(f"{base}costs/plan/").status_code == (403 if role is Role.DEVELOPER else 200)
    for send in (one.get, one.post):
        answer = send(f"{base}costs/plan/small/", TYPED)
        assert (answer.status_code == 403) == (not allowed)
    assert Subscription.objects.exists() == allowed
    assert (one.post(f"{base}costs/plan/leave/").status_code == 403) == (not allowed)


def test_what_is_not_on_offer_has_no_page(owned):
    mine, base, _ = owned
    offered()
    assert mine.get(f"{base}costs/plan/special/").status_code == 404
    assert mine.get(f"{base}costs/plan/nothing/").status_code == 404


def test_without_a_plan_a_new_key_is_a_test_key_unless_one_says_otherwise(owned):
    mine, base, _ = owned
    assert 'value="live" checked' in mine.get(f"{base}keys/").content.decode()
    offered()
    assert 'value="test" checked' in mine.get(f"{base}keys/").content.decode()


def test_prices_are_public(client):
    assert "costs nothing" in client.get("/prices/").content.decode()
    offered()
    page = client.get("/prices/").content.decode()
    for words in ("Standard", "Small", "0.002 EUR each", "at most 5,000 a month"):
        assert words in page
    assert "Special" not in page
