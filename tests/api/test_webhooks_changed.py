"""Endpoints and watch areas are changed in place: nothing that waits is lost, no secret changes."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from hazardmap.core.fusion.hazard import Change
from hazardmap.webhooks.models import Delivery, Endpoint, WatchArea
from hazardmap.webhooks.services import deliveries_make, deliveries_send, endpoint_pause
from hazardmap.webhooks.services.delivery_settle import Sent, delivery_settle
from tests.problems import assert_problem
from tests.receiver import receiving
from tests.webhook_scene import HELSINKI, RENNES, URL, area, cow, organisation_of, square, told

pytestmark = pytest.mark.django_db


def test_an_answer_that_made_something_says_all_of_it_and_where_it_is(call):
    made = call("POST", "webhooks", {"url": URL}, **{"Idempotency-Key": '"one"'})
    whole = made.json()
    secret = whole.pop("secret")
    assert secret.startswith("whsec_")
    path = made["Location"].removeprefix("http://testserver/api/v1/")
    assert call("GET", path).json() == whole
    again = call("POST", "webhooks", {"url": URL}, **{"Idempotency-Key": '"one"'})
    assert (again["Location"], again.json()["secret"]) == (made["Location"], secret)
    watched = call("POST", "watch-areas", area(whole["id"]))
    path = watched["Location"].removeprefix("http://testserver/api/v1/")
    assert call("GET", path).json() == watched.json()


def test_an_endpoint_that_moves_keeps_secret_areas_and_what_waits(call, settings, key):
    with receiving() as old, receiving() as new:
        settings.OUTBOUND_EXCEPTIONS = {old.place, new.place}
        made = call("POST", "webhooks", {"url": old.url}).json()
        path = f"webhooks/{made['id']}"
        call("POST", "watch-areas", area(made["id"]))
        deliveries_make()
        told(Change.APPEARED, cow())
        deliveries_make()
        old.answer = 503
        deliveries_send()
        later = timezone.now() + timedelta(hours=1)
        Endpoint.objects.update(failures=9, retry_at=later)
        moved = call("PATCH", path, {"url": new.url})
        assert moved.status_code == 200
        assert moved.json() == call("GET", path).json()
        assert (moved.json()["url"], moved.json()["failures"]) == (new.url, 0)
        assert deliveries_send() == 1
    ((headers, body),) = new.got
    assert Webhook(made["secret"]).verify(body.decode(), headers)["type"] == "hazard.appeared"
    assert headers["webhook-id"] == old.ids()[0]
    assert WatchArea.objects.count() == 1


@pytest.mark.parametrize("answer", [410, 503])
def test_what_the_old_address_still_answers_is_not_held_against_the_new_one(
    call, settings, key, answer
):
    with receiving() as old, receiving() as new:
        settings.OUTBOUND_EXCEPTIONS = {old.place, new.place}
        made = call("POST", "webhooks", {"url": old.url}).json()
        call("POST", f"webhooks/{made['id']}/test", {})
        claimed = Delivery.objects.get()
        Delivery.objects.update(attempts=1, leased_until=timezone.now() + timedelta(minutes=1))
        call("PATCH", f"webhooks/{made['id']}", {"url": new.url})
        sent = Sent(at=timezone.now(), status=answer, said="", duration_ms=1)
        delivery_settle(delivery_id=claimed.id, attempts=1, url=old.url, sent=sent)
        stands = call("GET", f"webhooks/{made['id']}").json()
        assert (stands["disabled_at"], stands["failures"], stands["retry_at"]) == (None, 0, None)
        assert deliveries_send() == 1
    assert new.ids() == [str(claimed.id)]


def test_one_that_is_paused_stays_so_when_it_moves(call, endpoint_id, key):
    mine = organisation_of(key)
    endpoint_pause(organisation_id=mine, endpoint_id=UUID(endpoint_id))
    moved = call("PATCH", f"webhooks/{endpoint_id}", {"url": f"{URL}/2"}).json()
    assert moved["disabled_why"] == "its owner has paused it"


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({}, "#/url", "required"),
        ({"url": "http://fleet.example/"}, "#/url", "https"),
        ({"url": "https://127.0.0.1/"}, "#/url", "public internet"),
        ({"url": URL, "secret": "mine"}, "#/secret", "unknown"),
    ],
)
def test_a_new_address_is_checked_like_the_first(call, endpoint_id, body, field, rule):
    assert_problem(call("PATCH", f"webhooks/{endpoint_id}", body), 400, field, rule)
    assert call("GET", f"webhooks/{endpoint_id}").json()["url"] == URL


def test_a_watch_area_changes_what_is_said_and_nothing_else(call, endpoint_id):
    before = call("POST", "watch-areas", area(endpoint_id, kinds=["cow", "bear"])).json()
    path = f"watch-areas/{before['id']}"
    assert call("PATCH", path, {}).json() == before
    some = {"name": "work", "min_probability": 0.7, "published": False, "kinds": ["cow"]}
    assert call("PATCH", path, some).json() == before | some
    assert call("PATCH", path, {"kinds": None}).json() == before | some | {"kinds": None}
    hour = WatchArea.objects.get().metered_until
    there = call("PATCH", path, {"area": square(*RENNES)}).json()
    assert there["area"] != before["area"]
    assert WatchArea.objects.get().metered_until == hour
    deliveries_make()
    told(Change.APPEARED, cow(HELSINKI, p=0.9))
    told(Change.APPEARED, cow(RENNES, p=0.6))
    told(Change.APPEARED, cow(RENNES, p=0.8, published=False))
    deliveries_make()
    (message,) = Delivery.objects.all()
    assert json.loads(message.body)["data"]["hazard"]["properties"]["p"] == 0.8


def test_a_watch_area_follows_another_route(call, endpoint_id):
    path = f"watch-areas/{call('POST', 'watch-areas', area(endpoint_id)).json()['id']}"
    route = {"type": "LineString", "coordinates": [[24.9, 60.17], [25.0, 60.17]]}
    narrow = call("PATCH", path, {"route": route}).json()["area"]
    wide = call("PATCH", path, {"route": route, "corridor_m": 200}).json()["area"]
    assert narrow != wide


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"endpoint_id": "x"}, "#/endpoint_id", "unknown"),
        ({"name": ""}, "#/name", "blank"),
        ({"name": None}, "#/name", "null"),
        ({"kinds": ["unicorn"]}, "#/kinds", "not a valid choice"),
        ({"corridor_m": 5}, "#/area", "one of the two"),
        ({"area": {"type": "Point", "coordinates": [0, 0]}}, "#/area", "Polygon"),
        ({"min_probability": 2}, "#/min_probability", "less than"),
    ],
)
def test_each_broken_rule_of_a_change_is_named(call, endpoint_id, body, field, rule):
    before = call("POST", "watch-areas", area(endpoint_id)).json()
    assert_problem(call("PATCH", f"watch-areas/{before['id']}", body), 400, field, rule)
    assert call("GET", f"watch-areas/{before['id']}").json() == before
