"""Endpoints and watch areas over HTTP: each buyer's own, and every broken rule named."""

from uuid import UUID, uuid4

import pytest
from shapely import LinearRing
from standardwebhooks import Webhook

from hazardmap.accounts.services import key_revoke
from hazardmap.api.v1.ways import ON_ROUTE
from hazardmap.core.fusion.hazard import Change
from hazardmap.webhooks import selectors
from hazardmap.webhooks.models import Delivery, Endpoint
from hazardmap.webhooks.services import (
    deliveries_make,
    deliveries_send,
    endpoint_enable,
)
from hazardmap.webhooks.values import WebhookRefused
from tests.map_scene import buyer
from tests.problems import assert_problem
from tests.receiver import receiving
from tests.webhook_scene import HELSINKI, URL, area, cow, organisation_of, square, told

pytestmark = pytest.mark.django_db


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


def test_an_organisation_has_so_many_endpoints_and_no_more(call):
    for number in range(20):
        assert call("POST", "webhooks", {"url": f"{URL}/{number}"}).status_code == 201
    assert_problem(call("POST", "webhooks", {"url": URL}), 400, "#/url", "20 endpoints")
