"""Endpoints and watch areas over HTTP: each buyer's own, and every broken rule named."""

import json
import time
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from shapely import LinearRing
from standardwebhooks import Webhook

from hazardmap.accounts.services import key_revoke
from hazardmap.api.v1.ways import ON_ROUTE
from hazardmap.billing import spend_terms
from hazardmap.billing.documents import buyer_from
from hazardmap.billing.services import cap_set, customer_set, subscribe
from hazardmap.core.fusion.hazard import Change
from hazardmap.core.ids import uuid7
from hazardmap.webhooks import selectors, services
from hazardmap.webhooks.models import Delivery, Endpoint
from hazardmap.webhooks.services import (
    deliveries_make,
    deliveries_send,
    delivery_bill,
    endpoint_enable,
)
from hazardmap.webhooks.values import WebhookRefused
from tests.billing_scene import BUYER, LAST, changed_terms
from tests.map_scene import buyer
from tests.problems import assert_problem
from tests.receiver import receiving
from tests.webhook_scene import HELSINKI, cow, organisation_of, square, told, usage, watch

pytestmark = pytest.mark.django_db
URL = "https://fleet.example/hook"


@pytest.fixture
def call(client, key):
    """Calls a method of the API as the buyer, or with another token."""

    def send(method, path, body=None, token=key.token, **headers):
        return client.generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", **headers},
        )

    return send


@pytest.fixture
def endpoint_id(call):
    return call("POST", "webhooks", {"url": URL}).json()["id"]


def area(endpoint_id, **over):
    return {"endpoint_id": endpoint_id, "name": "home", "area": square(*HELSINKI)} | over


def test_from_an_address_to_the_first_message(call, settings):
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        made = call("POST", "webhooks", {"url": receiver.url})
        assert made.status_code == 201
        assert made["Cache-Control"] == "no-store"
        endpoint = made.json()
        watch = call("POST", "watch-areas", area(endpoint["id"], kinds=["cow"]))
        assert watch.status_code == 201
        deliveries_make()
        told(Change.APPEARED, cow())
        deliveries_make()
        deliveries_send()
    ((headers, body),) = receiver.got
    assert Webhook(endpoint["secret"]).verify(body.decode(), headers)["type"] == "hazard.appeared"
    (found,) = call("GET", f"webhooks/{endpoint['id']}/deliveries").json()["deliveries"]
    assert (found["state"], found["attempts"]) == ("delivered", 1)
    whole = call("GET", f"deliveries/{found['id']}").json()
    assert whole["body"].encode() == body
    assert [one["status"] for one in whole["tries"]] == [204]


@pytest.fixture
def waiting_id(call, endpoint_id):
    """A message of the map to an endpoint that is paused."""
    call("POST", "watch-areas", area(endpoint_id))
    deliveries_make()
    call("POST", f"webhooks/{endpoint_id}/pause")
    told(Change.APPEARED, cow())
    deliveries_make()
    (found,) = call("GET", f"webhooks/{endpoint_id}/deliveries").json()["deliveries"]
    return found["id"]


def test_a_message_is_counted_once_when_it_is_read_before_it_arrives(
    call, endpoint_id, waiting_id, settings
):
    call("HEAD", f"deliveries/{waiting_id}")
    assert usage(settings) == []
    first, again = (call("GET", f"deliveries/{waiting_id}").json() for _ in range(2))
    assert json.loads(first["body"])["type"] == "hazard.appeared"
    assert first["body"] == again["body"]
    assert [one["cost"]["units"] for one in (first, again)] == [1, 0]
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        Endpoint.objects.update(url=receiver.url)
        call("POST", f"webhooks/{endpoint_id}/enable")
        deliveries_send()
    assert receiver.ids() == [waiting_id]
    (counted,) = usage(settings)
    assert (counted.meter, counted.request_id) == ("webhook", waiting_id)
    assert counted.at == Delivery.objects.get().begun_at


def test_who_reads_a_message_while_another_pays_for_it_is_told_that_it_was_free(
    call, waiting_id, settings, monkeypatch
):
    """The other is faster between what is found here and what is billed."""

    def beaten(*, delivery_id):
        assert delivery_bill(delivery_id=delivery_id)
        return delivery_bill(delivery_id=delivery_id)

    monkeypatch.setattr(services, "delivery_bill", beaten)
    cost = call("GET", f"deliveries/{waiting_id}").json()["cost"]
    assert (cost["meter"], cost["units"]) == ("webhook", 0)
    assert len(usage(settings)) == 1


def test_a_test_message_is_read_for_nothing(call, endpoint_id, settings):
    message = call("POST", f"webhooks/{endpoint_id}/test").json()["delivery_id"]
    assert call("GET", f"deliveries/{message}").json()["cost"]["units"] == 0
    assert usage(settings) == []


def test_who_may_spend_no_more_reads_no_message(call, key, waiting_id, settings, monkeypatch):
    monkeypatch.setattr(spend_terms, "GOOD_FOR_S", 0.0)
    organisation_id = organisation_of(key)
    charge = {"meter": "webhook", "model": "package", "size": 1, "price": "0.50"}
    changed_terms(fee="0", discounts=[], charges=[charge])
    customer_set(organisation_id=organisation_id, buyer=buyer_from(BUYER))
    subscribe(organisation_id=organisation_id, plan="standard", start=LAST.start)
    cap_set(organisation_id=organisation_id, amount=Decimal("0.40"))
    assert_problem(call("GET", f"deliveries/{waiting_id}"), 402)
    assert usage(settings) == []
    assert not Delivery.objects.get().billed
    cap_set(organisation_id=organisation_id, amount=Decimal("0.60"))
    assert call("GET", f"deliveries/{waiting_id}").json()["cost"]["amount"] == "0.50"
    again = call("GET", f"deliveries/{waiting_id}").json()["cost"]
    assert (again["amount"], again["spent"], again["left"]) == ("0.00", "0.50", "0.10")


def test_a_secret_is_shown_when_it_is_made_and_never_listed(call):
    made = call("POST", "webhooks", {"url": URL}).json()
    listed = call("GET", "webhooks")
    assert made["secret"] not in listed.content.decode()
    rolled = call("POST", f"webhooks/{made['id']}/secret", {}).json()["secret"]
    assert rolled not in {made["secret"], ""}
    assert call("GET", f"webhooks/{made['id']}").json()["older_secret_until"] is not None


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({}, "#/url", "required"),
        ({"url": "http://fleet.example/"}, "#/url", "https"),
        ({"url": URL, "secret": "mine"}, "#/secret", "unknown"),
        ({"url": 5.5}, "#/url", "valid string"),
        ([], "#", "must be a JSON object"),
    ],
)
def test_each_broken_rule_of_an_endpoint_is_named(call, body, field, rule):
    assert_problem(call("POST", "webhooks", body), 400, field, rule)


@pytest.mark.parametrize(
    ("over", "field", "rule"),
    [
        ({"area": None}, "#/area", "null"),
        ({"area": {"type": "Point", "coordinates": [0, 0]}}, "#/area", "Polygon"),
        ({"route": {"type": "LineString"}}, "#/area", "one of the two"),
        ({"kinds": ["unicorn"]}, "#/kinds", "not a valid choice"),
        ({"kinds": []}, "#/kinds", "at least 1"),
        ({"min_probability": 2}, "#/min_probability", "less than"),
        ({"min_probability": "NaN"}, "#/min_probability", "valid number"),
        ({"min_probability": "0.5"}, "#/min_probability", "valid number"),
        ({"published": 0}, "#/published", "valid boolean"),
        ({"published": "no"}, "#/published", "valid boolean"),
        ({"simulated": "no"}, "#/simulated", "valid boolean"),
        ({"endpoint_id": str(uuid4())}, "#/endpoint_id", "no such"),
        ({"name": "x" * 101}, "#/name", "100"),
        ({"corridor_m": 0}, "#/corridor_m", "greater"),
    ],
)
def test_each_broken_rule_of_a_watch_area_is_named(call, endpoint_id, over, field, rule):
    assert_problem(call("POST", "watch-areas", area(endpoint_id) | over), 400, field, rule)


def test_real_hazards_only_unless_one_asks_for_made_up_ones(call, endpoint_id):
    for asked, simulated in [({}, False), ({"simulated": None}, None), ({"simulated": True}, True)]:
        made = call("POST", "watch-areas", area(endpoint_id, **asked)).json()
        assert call("GET", f"watch-areas/{made['id']}").json()["simulated"] is simulated


def test_a_group_is_watched_as_its_kinds(call, endpoint_id):
    made = call("POST", "watch-areas", area(endpoint_id, kinds=["obstacle", "cow"]))
    assert made.json()["kinds"] == ["cow", "debris", "pothole"]


def test_rings_come_back_as_rfc_7946_has_them(call, endpoint_id):
    sent = square(*HELSINKI)
    (ring,) = sent["coordinates"]
    hole = square(*HELSINKI, half_deg=0.1)["coordinates"][0]
    for shell, inner in [(ring, hole[::-1]), (ring[::-1], hole)]:
        both = sent | {"coordinates": [shell, inner]}
        made = call("POST", "watch-areas", area(endpoint_id, area=both)).json()
        back = [LinearRing(one) for one in made["area"]["coordinates"][0]]
        assert [one.is_ccw for one in back] == [True, False]


def test_a_route_is_watched_as_its_corridor(call, endpoint_id):
    body = {
        "endpoint_id": endpoint_id,
        "name": "to work",
        "route": {"type": "LineString", "coordinates": [[24.9, 60.17], [25.0, 60.17]]},
        "corridor_m": 100,
    }
    made = call("POST", "watch-areas", body).json()
    assert made["area"]["type"] == "MultiPolygon"
    assert (made["route"], made["corridor_m"]) == (body["route"], 100)
    deliveries_make()
    told(Change.APPEARED, cow((24.95, 60.1705)))
    told(Change.APPEARED, cow((24.95, 60.18)))
    deliveries_make()
    assert Delivery.objects.count() == 1
    usual = call("POST", "watch-areas", {k: body[k] for k in body if k != "corridor_m"}).json()
    asked = call("POST", "watch-areas", body | {"corridor_m": ON_ROUTE[0].default}).json()
    assert usual["area"] == asked["area"], "as wide as where one asks about a route"
    back = {"type": "LineString", "coordinates": [[25.0, 60.17], [24.9, 60.17]]}
    encoded = {"polyline": "o}fnJ_yqwC?~oR"}
    for route, told_as in [(back, back), (encoded, back)]:
        changed = call("PATCH", f"watch-areas/{made['id']}", {"route": route}).json()
        assert (changed["route"], changed["corridor_m"]) == (told_as, 100), "the rest stays"
    wide = call("PATCH", f"watch-areas/{made['id']}", {"corridor_m": 300}).json()
    assert (wide["route"], wide["corridor_m"]) == (back, 300)
    assert wide["area"] != changed["area"]
    changed = call("PATCH", f"watch-areas/{made['id']}", {"area": square(*HELSINKI)}).json()
    assert (changed["route"], changed["corridor_m"]) == (None, None)
    alone = call("PATCH", f"watch-areas/{made['id']}", {"corridor_m": 300})
    assert_problem(alone, 400, "#/area", "one of the two")
    far = body | {"route": {"type": "LineString", "coordinates": [[0, 0], [6, 0]]}}
    assert_problem(call("POST", "watch-areas", far), 400, "#/route", "500 km")


def test_messages_are_listed_newest_first_however_old_their_hazards(call, endpoint_id, key):
    watch(UUID(endpoint_id), key)
    deliveries_make()
    seen = [timezone.now() - timedelta(days=days) for days in (1, 3, 2)]
    hazards = [cow(id=uuid7(at, b"0" * 10)) for at in seen]
    for change, passes in ((Change.APPEARED, 1), (Change.CHANGED, 9)):
        for hazard in hazards:
            time.sleep(0.002)  # ids tell milliseconds apart
            told(change, hazard, passes=passes)
    deliveries_make()
    found, before = [], ""
    while True:
        page = call("GET", f"webhooks/{endpoint_id}/deliveries?limit=1{before}").json()
        found += page["deliveries"]
        if len(page["links"]) == 1:
            break
        before = f"&before={found[-1]['id']}"
    cursors = [one["cursor"] for one in found]
    assert len(cursors) == 6
    assert cursors == sorted(cursors, reverse=True)


def test_test_messages_are_free_and_so_bounded(call, endpoint_id, monkeypatch):
    monkeypatch.setattr("hazardmap.webhooks.services.endpoint_keep.TESTS_PER_HOUR", 2)
    tests = [call("POST", f"webhooks/{endpoint_id}/test") for _ in range(3)]
    assert [one.status_code for one in tests] == [202, 202, 429]
    assert 0 < int(tests[-1]["Retry-After"]) <= 3600
    assert Delivery.objects.count() == 2
    other = buyer("Other").token
    theirs = call("POST", "webhooks", {"url": URL}, token=other).json()["id"]
    assert call("POST", f"webhooks/{theirs}/test", token=other).status_code == 202


def test_one_whose_key_was_revoked_stays_off(call, endpoint_id, key):
    key_revoke(kid=key.kid)
    deliveries_send()
    mine = organisation_of(key)
    assert selectors.endpoint_get(mine, UUID(endpoint_id)).disabled_why == "its key was revoked"
    with pytest.raises(WebhookRefused, match="another key"):
        endpoint_enable(organisation_id=mine, endpoint_id=UUID(endpoint_id))


def test_nobody_sees_or_touches_what_is_somebody_elses(call, endpoint_id):
    watch_id = call("POST", "watch-areas", area(endpoint_id)).json()["id"]
    message = call("POST", f"webhooks/{endpoint_id}/test").json()["delivery_id"]
    other = buyer("Other").token
    assert call("GET", "webhooks", token=other).json() == {"endpoints": []}
    assert call("GET", "watch-areas", token=other).json() == {"watch_areas": []}
    for method, path in [
        ("GET", f"webhooks/{endpoint_id}"),
        ("DELETE", f"webhooks/{endpoint_id}"),
        ("PATCH", f"webhooks/{endpoint_id}"),
        ("POST", f"webhooks/{endpoint_id}/secret"),
        ("POST", f"webhooks/{endpoint_id}/pause"),
        ("POST", f"webhooks/{endpoint_id}/enable"),
        ("POST", f"webhooks/{endpoint_id}/test"),
        ("GET", f"webhooks/{endpoint_id}/deliveries"),
        ("POST", f"webhooks/{endpoint_id}/replay"),
        ("GET", f"deliveries/{message}"),
        ("POST", f"deliveries/{message}/replay"),
        ("GET", f"watch-areas/{watch_id}"),
        ("PATCH", f"watch-areas/{watch_id}"),
        ("DELETE", f"watch-areas/{watch_id}"),
    ]:
        body = {"since": "2999-01-01T00:00:00Z"} if path.endswith("/replay") else {}
        body = {"url": URL} if (method, path[:3]) == ("PATCH", "web") else body
        body = None if method in {"GET", "DELETE"} else body
        assert_problem(call(method, path, body, token=other), 404)
    stolen = area(endpoint_id)
    assert_problem(
        call("POST", "watch-areas", stolen, token=other), 400, "#/endpoint_id", "no such"
    )
    assert call("GET", f"webhooks/{endpoint_id}").json()["waiting"] == 1


def test_one_that_is_paused_gets_what_has_waited_when_it_is_enabled(call, settings):
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        path = f"webhooks/{call('POST', 'webhooks', {'url': receiver.url}).json()['id']}"
        assert call("POST", f"{path}/pause").status_code == 204
        paused = call("GET", path).json()
        assert (paused["disabled_why"], paused["waiting"]) == ("its owner has paused it", 0)
        assert call("POST", f"{path}/pause").status_code == 204
        call("POST", f"{path}/test")
        assert deliveries_send() == 0
        assert call("GET", path).json() == paused | {"waiting": 1}
        assert call("POST", f"{path}/enable").status_code == 204
        deliveries_send()
    assert len(receiver.got) == 1
    assert call("GET", path).json()["disabled_at"] is None


def test_removing_takes_everything_along(call, endpoint_id):
    watch_id = call("POST", "watch-areas", area(endpoint_id)).json()["id"]
    assert call("GET", f"watch-areas/{watch_id}").status_code == 200
    assert call("DELETE", f"watch-areas/{watch_id}").status_code == 204
    assert_problem(call("GET", f"watch-areas/{watch_id}"), 404)
    assert call("DELETE", f"webhooks/{endpoint_id}").status_code == 204
    assert not Endpoint.objects.exists()


def test_a_post_that_is_sent_again_makes_one(call, endpoint_id):
    body = area(endpoint_id)
    first = call("POST", "watch-areas", body, **{"Idempotency-Key": '"one"'})
    again = call("POST", "watch-areas", body, **{"Idempotency-Key": '"one"'})
    assert first.json() == again.json()
    assert len(call("GET", "watch-areas").json()["watch_areas"]) == 1


def test_messages_are_listed_page_by_page(call, endpoint_id):
    made = [call("POST", f"webhooks/{endpoint_id}/test").json()["delivery_id"] for _ in range(5)]
    path, seen = f"/api/v1/webhooks/{endpoint_id}/deliveries?limit=2", []
    while path:
        page = call("GET", path.removeprefix("/api/v1/")).json()
        seen += [one["id"] for one in page["deliveries"]]
        links = {link["rel"]: link["href"] for link in page["links"]}
        path = links.get("next", "").removeprefix("http://testserver")
    assert seen == made[::-1]
    assert call("GET", f"webhooks/{endpoint_id}/deliveries?state=dead").json()["deliveries"] == []
    replay = {"since": "2020-01-01T00:00:00Z"}
    answer = call("POST", f"webhooks/{endpoint_id}/replay", replay)
    assert_problem(answer, 400, "#/since", "30 days")


def test_an_organisation_has_so_many_endpoints_and_no_more(call):
    for number in range(20):
        assert call("POST", "webhooks", {"url": f"{URL}/{number}"}).status_code == 201
    assert_problem(call("POST", "webhooks", {"url": URL}), 400, "#/url", "20 endpoints")
