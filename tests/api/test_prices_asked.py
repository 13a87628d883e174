"""What a question would cost is said beforehand, in units and in money; usage can be asked for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Organisation
from hazardmap.accounts.services import key_create
from hazardmap.api.v1 import evidence, export
from hazardmap.billing import spend_terms
from hazardmap.core.access.scopes import Scope
from hazardmap.core.fusion.hazard import Change
from hazardmap.core.selling.usage import Meter
from hazardmap.hazards import change_feed
from tests.asked import ask, billed
from tests.billing_scene import sell
from tests.map_scene import buyer, put_hazard, put_zone
from tests.moderation_scene import hazard_at
from tests.problems import assert_problem
from tests.spending_scene import PRICES, ROUTE, cap, this_month, tiles
from tests.webhook_scene import cow, told

pytestmark = pytest.mark.django_db
BOX = "0,40,20,60"
LINE = {"type": "LineString", "coordinates": [[0.99, 50.0], [1.01, 50.0]]}


@pytest.fixture
def sold(monkeypatch):
    """An organisation that pays 0.10 a hazard and 0.50 a query along a route; its key."""
    monkeypatch.setattr(spend_terms, "GOOD_FOR_S", 0.0)
    prices = PRICES | {"charges": [*PRICES["charges"], ROUTE]}
    return sell(start=this_month().start, prices=prices)


@pytest.fixture
def key(sold):
    return key_create(organisation=Organisation.objects.get(pk=sold[0]), name="b")


def test_a_price_is_in_money_and_reserves_nothing(client, sold, key):
    cap(sold, "5")
    for n in range(7):
        put_hazard(1.0 + n / 1000, 50.0)
    asked = {"bbox": BOX, "published": "false"}
    for _ in range(2):
        priced = ask(client, key.token, explain="cost", **asked).json()
        assert priced | {"as_of": ""} == {
            "as_of": "",
            "meter": "hazard",
            "units": 7,
            "amount": "0.70",
            "currency": "EUR",
            "spent": "0.00",
            "left": "5.00",
            "units_left": None,
            "exact": True,
            "beside": {},
        }
    paid = ask(client, key.token, **asked).json()["cost"]
    assert (paid["amount"], paid["spent"], paid["left"]) == ("0.70", "0.70", "4.30")
    address = "/api/v1/hazards/along-route?published=false&explain=cost&corridor_m=100"
    headers = {"Authorization": f"Bearer {key.token}"}
    told = client.post(address, LINE, content_type="application/json", headers=headers).json()
    assert (told["units"], told["beside"], told["spent"]) == (7, {"route": 1}, "0.70")
    assert told["amount"] == "1.20", "the query costs something, too"


def test_what_is_free_is_answered_whatever_is_spent(client, sold, key):
    """As the document says: neither 402 nor 429 for a quota."""
    cap(sold, "0.10")
    put_hazard(1.0, 50.0)
    assert ask(client, key.token, bbox=BOX, published="false").status_code == 200
    assert ask(client, key.token, bbox=BOX, published="false").status_code == 402
    assert ask(client, key.token, "coverage", bbox=BOX).status_code == 200
    assert ask(client, key.token, "usage").status_code == 200


def test_work_zones_are_priced_by_the_number_of_those_that_follow(client):
    key = buyer()
    zones = sorted(str(put_zone((1.0, 50.0 + n), (1.01, 50.0 + n))) for n in range(3))
    far = put_zone((30.0, 50.0), (30.01, 50.0))
    priced = ask(client, key.token, "workzones", explain="cost", bbox=BOX).json()
    assert (priced["meter"], priced["units"], priced["exact"]) == ("hazard", 3, True)
    rest = ask(client, key.token, "workzones", explain="cost", bbox=BOX, after=zones[0]).json()
    assert rest["units"] == 2
    assert ask(client, key.token, "workzones", explain="cost").json()["units"] == 4, far
    assert billed() == []


@pytest.mark.parametrize("part", [{}, {"bbox": BOX}])
def test_changes_are_priced_by_the_number_of_those_that_follow(client, monkeypatch, part):
    key = buyer()
    hazard = told(Change.APPEARED, cow((1.0, 50.0)))
    for p in (0.8, 0.7):
        hazard = told(Change.CHANGED, hazard, p=p)
    told(Change.APPEARED, cow((30.0, 50.0)))
    own = f"hazards/{hazard.id}/changes"
    first = ask(client, key.token, "changes", limit=1).json()["cursor"]
    for path, asked in (("changes", part), (own, {})):
        for since in (0, first, "now"):
            question = asked | {"since": since}
            priced = ask(client, key.token, path, explain="cost", limit=1, **question).json()
            whole = ask(client, key.token, path, **question).json()
            assert (priced["meter"], priced["exact"]) == ("hazard", True)
            assert priced["units"] == len(whole["changes"]) == whole["cost"]["units"]
    ahead = ask(client, key.token, "changes", explain="cost", since=10**9)
    assert_problem(ahead, 400, "since", "is ahead of")
    monkeypatch.setattr(change_feed, "MOST_COUNTED", 2)
    monkeypatch.setattr(change_feed, "READ_AT_ONCE", 1)
    monkeypatch.setattr(change_feed, "PARTS_COUNTED", 2)
    priced = ask(client, key.token, "changes", explain="cost", **part).json()
    assert (priced["units"], priced["exact"]) == (2, False)


def test_evidence_is_priced_page_by_page_with_its_pictures(client, monkeypatch):
    key = buyer()
    hazard = hazard_at("cow", (1.0, 50.0), timezone.now() - timedelta(minutes=5))
    path = f"hazards/{hazard}/evidence"
    for limit in (1, 500):
        priced = ask(client, key.token, path, explain="cost", limit=limit).json()
        pages, answer = [], ask(client, key.token, path, limit=limit).json()
        while answer:
            pages.append(answer)
            onward = [one["href"] for one in answer["links"] if one["rel"] == "next"]
            headers = {"Authorization": f"Bearer {key.token}"}
            answer = client.get(onward[0], headers=headers).json() if onward else None
        assert priced["units"] == len(pages)
        pictures = sum(one["cost"]["beside"].get("image", 0) for one in pages)
        assert priced["beside"].get("image", 0) == pictures
        assert priced["exact"]
    monkeypatch.setattr(evidence, "PAGES_PRICED", 1)
    priced = ask(client, key.token, path, explain="cost", limit=1).json()
    assert (priced["units"], priced["exact"]) == (1, False)


def test_an_export_is_priced_by_its_first_hazards(client, monkeypatch):
    key = buyer()
    for n in range(8):
        put_hazard(1.0 + n / 1000, 50.0)
    monkeypatch.setattr(export, "MEGABYTE", 1000)

    def priced(kind="text/csv", **more):
        address = f"/api/v1/hazards/export?bbox={BOX}&published=false&explain=cost"
        headers = {"Authorization": f"Bearer {key.token}", "Accept": kind}
        return client.get(address, headers=headers).json()

    def sent(kind):
        address = f"/api/v1/hazards/export?bbox={BOX}&published=false"
        headers = {"Authorization": f"Bearer {key.token}", "Accept": kind}
        return len(client.get(address, headers=headers).getvalue())

    for kind in ("text/csv", "application/geo+json"):
        told = priced(kind)
        assert (told["meter"], told["exact"]) == ("export_mb", True)
        assert told["units"] == -(-sent(kind) // 1000)
    monkeypatch.setattr(export, "MEASURED", 4)
    told = priced("application/x-ndjson")
    assert not told["exact"]
    assert abs(told["units"] - sent("application/x-ndjson") / 1000) <= 1
    nothing = client.get(
        "/api/v1/hazards/export?bbox=70,40,71,41&explain=cost",
        headers={"Authorization": f"Bearer {key.token}"},
    ).json()
    assert (nothing["units"], nothing["exact"]) == (0, True)


def test_usage_says_what_is_left_and_what_the_key_may_do(client, sold, key):
    cap(sold, "5")
    cap(sold, "2", key_id=key.kid, hard=False)
    ends_at = timezone.now() + timedelta(days=1)
    ApiKey.objects.filter(kid=key.kid).update(scopes=[Scope.TILES], expires_at=ends_at)
    tiles(sold, 11)
    told = ask(client, key.token, "usage").json()
    mine, month = told["key"], told["month"]
    assert (mine["key_id"], mine["scopes"], mine["test"]) == (key.kid, ["tiles:read"], False)
    assert mine["expires_at"] == ends_at.isoformat().replace("+00:00", "Z")
    assert (mine["units"], mine["spent"], mine["cap"]) == (
        {},
        "0.00",
        {"amount": "2.00", "hard": False},
    )
    assert (month["units"], month["quotas"]) == ({"tile": 11}, {"tile": 25})
    assert (month["spent"], month["left"]) == ("2.00", "2.00")
    assert month["cap"] == {"amount": "5.00", "hard": True}
    assert (month["plan"], month["currency"]) == ("Standard", "EUR")
    assert Meter.HAZARD.value not in month["units"], "asking is free"


def test_usage_without_a_plan_tells_of_the_key_alone(client):
    told = ask(client, buyer().token, "usage").json()
    assert told["month"] is None
    assert told["key"]["expires_at"] is None
    assert client.get("/api/v1/usage").status_code == 401
