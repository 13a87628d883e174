"""Messages over HTTP: waiting, listed, read, and each paid for once."""

import json
import time
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone

from hazardmap.billing import spend_terms
from hazardmap.billing.documents import buyer_from
from hazardmap.billing.services import cap_set, customer_set, subscribe
from hazardmap.core.fusion.hazard import Change
from hazardmap.core.ids import uuid7
from hazardmap.webhooks import services
from hazardmap.webhooks.models import Delivery, Endpoint
from hazardmap.webhooks.services import (
    deliveries_make,
    deliveries_send,
    delivery_bill,
)
from tests.billing_scene import BUYER, LAST, changed_terms
from tests.map_scene import buyer
from tests.problems import assert_problem
from tests.receiver import receiving
from tests.webhook_scene import URL, area, cow, organisation_of, told, usage, watch

pytestmark = pytest.mark.django_db


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


def test_sending_again_what_is_being_sent_is_no_error(call, waiting_id):
    """A client that sends a list again must not take one of it for gone."""
    Delivery.objects.update(attempts=3, leased_until=timezone.now() + timedelta(minutes=1))
    assert call("POST", f"deliveries/{waiting_id}/replay").status_code == 204
    assert Delivery.objects.get().attempts == 3
    Delivery.objects.update(leased_until=None)
    assert call("POST", f"deliveries/{waiting_id}/replay").status_code == 204
    assert Delivery.objects.get().attempts == 0


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
    for wrong in (f"{timezone.now():%Y-%m-%dT%H:%M:%S}", 7, None):
        answer = call("POST", f"webhooks/{endpoint_id}/replay", {"since": wrong})
        assert_problem(answer, 400, "#/since")
    answer = call("GET", f"webhooks/{endpoint_id}/deliveries?before=x")
    assert_problem(answer, 400, "before", "must be an id (UUID)")
