"""What the document tells of messages is what is sent; the client knows a genuine one."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from standardwebhooks import Webhook

from hazardmap.api.messages import HEADERS
from hazardmap.client import NotGenuine, verify
from hazardmap.closing.alerts_tell import alerts_tell
from hazardmap.core.fusion.hazard import Change, State
from hazardmap.webhooks.models import Delivery
from hazardmap.webhooks.services import (
    deliveries_make,
    deliveries_send,
    endpoint_add,
    endpoint_test,
)
from tests.billing_scene import sell
from tests.map_scene import buyer
from tests.receiver import receiving
from tests.spending_scene import PRICES, cap, this_month, tiles
from tests.webhook_scene import cow, endpoint, organisation_of, told, watch

SECRET = "whsec_bWFkZSB1cCBzZWNyZXQgb2YgYSB0ZXN0"
BODY = b'{"type":"endpoint.test"}'


@pytest.fixture(scope="module")
def document():
    return SchemaGenerator().get_schema(public=True)


def schema_of(document, type_):
    content = document["webhooks"][type_]["post"]["requestBody"]["content"]["application/json"]
    return content["schema"]


def check(document, body):
    """The body has what the schema says, and nothing else."""
    schema = {**schema_of(document, body["type"]), "components": closed(document["components"])}
    Draft202012Validator(json.loads(json.dumps(schema))).validate(body)


def closed(schema):
    """Everywhere: nothing that is not listed."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    done = {name: closed(one) for name, one in schema.items()}
    if "properties" in done and done.get("type") == "object":
        done["additionalProperties"] = False
    return done


@pytest.mark.django_db
def test_every_message_that_is_sent_is_as_the_document_tells(document, settings):
    key = buyer()
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        hook = endpoint(receiver.url, key)
        watch(hook.id, key)
        hazard = told(Change.APPEARED, cow())
        hazard = told(Change.CHANGED, hazard, passes=9)
        told(Change.REMOVED, hazard, state=State.CLEARED)
        deliveries_make()
        endpoint_test(organisation_id=organisation_of(key), endpoint_id=hook.id)
        deliveries_send()
    bodies = receiver.bodies()
    for body in bodies:
        check(document, body)
    assert {one["type"] for one in bodies} == set(document["webhooks"]) - {"spending.alert"}
    for headers, sent in receiver.got:
        assert set(HEADERS) == {name for name in headers if name.startswith("webhook-")}
        assert verify(hook.secret, headers, sent) == json.loads(sent)


@pytest.mark.django_db
def test_an_alert_of_spending_is_as_the_document_tells(document):
    sold = sell(start=this_month().start, prices=PRICES)
    organisation_id, key_id = sold
    for key in ({}, {"key_id": key_id}):
        cap(sold, "4", **key)
    endpoint_add(organisation_id=organisation_id, key_id=key_id, url="https://fleet.example/")
    tiles(sold, 11)
    assert alerts_tell() == 2
    bodies = [json.loads(one.body) for one in Delivery.objects.all()]
    for body in bodies:
        check(document, body)
    assert {one["data"]["whose"] for one in bodies} == {"organisation", "key"}


def test_the_examples_are_of_their_own_types(document):
    for name, methods in document["webhooks"].items():
        operation = methods["post"]
        body = operation["requestBody"]["content"]["application/json"]["example"]
        check(document, body)
        assert body["type"] == name
        assert {one["name"] for one in operation["parameters"]} == set(HEADERS)


def signed(at=None, secret=SECRET, id_="one"):
    at = at or timezone.now()
    signature = Webhook(secret).sign(id_, at, BODY.decode())
    stamp = str(int(at.timestamp()))
    return {"webhook-id": id_, "webhook-timestamp": stamp, "webhook-signature": signature}


def test_a_genuine_message_is_known_by_one_of_its_signatures():
    other = signed(secret="whsec_b3RoZXIgc2VjcmV0IG9mIHRoaXMgdGVzdA==")["webhook-signature"]
    headers = signed()
    both = f"v1a,x {other} {headers['webhook-signature']}"
    headers |= {"webhook-signature": both}
    told_as = {name.title(): value for name, value in headers.items()}
    assert verify(SECRET, told_as, BODY)["type"] == "endpoint.test"
    assert verify(SECRET, told_as, BODY.decode())["type"] == "endpoint.test"


@pytest.mark.parametrize(
    ("over", "body", "why"),
    [
        ({}, BODY + b" ", "signature"),
        ({"webhook-id": "two"}, BODY, "signature"),
        ({"webhook-signature": ""}, BODY, "signature"),
        ({"webhook-signature": "v1,\u00e4"}, BODY, "signature"),
        ({"webhook-timestamp": "9" * 5000}, BODY, "seconds"),
        ({"webhook-timestamp": "-5"}, BODY, "seconds"),
    ],
)
def test_what_is_not_genuine_is_refused(over, body, why):
    with pytest.raises(NotGenuine, match=why):
        verify(SECRET, signed() | over, body)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_one_of_another_time_is_refused_though_it_is_signed(minutes):
    old = signed(datetime.now(UTC) + timedelta(minutes=minutes))
    with pytest.raises(NotGenuine, match="300 s"):
        verify(SECRET, old, BODY)
    assert verify(SECRET, old, BODY, tolerance_s=600)
    with pytest.raises(NotGenuine, match="no header webhook-id"):
        verify(SECRET, {}, BODY)


def test_people_read_of_each_message_too(client, document, db):
    page = client.get("/api/").content.decode()
    for type_ in document["webhooks"]:
        assert f'<section id="{type_}">' in page
    assert all(f"<dt><code>{name}</code></dt>" in page for name in HEADERS)
    assert "&quot;watch_areas&quot;: [" in page
    assert 'class="notice"' not in page, "these are no messages of Django's"
