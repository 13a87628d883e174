"""Several who send, settle, read or remove at once: each message once, and nobody in the way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from hazardmap.core.fusion.hazard import Change
from hazardmap.metering.services import usage_record
from hazardmap.webhooks.models import Delivery, Endpoint
from hazardmap.webhooks.services import (
    Sender,
    deliveries_make,
    deliveries_send,
    delivery_bill,
    endpoint_remove,
)
from hazardmap.webhooks.services.delivery_settle import Sent, delivery_settle
from tests.at_once import at_once, in_thread, somebody_waits
from tests.map_scene import buyer
from tests.stack import wait_for
from tests.webhook_scene import (
    Clock,
    cow,
    endpoint,
    organisation_of,
    told,
    usage,
    watch,
)

pytestmark = pytest.mark.django_db
sending = import_module("hazardmap.webhooks.services.deliveries_send")


def test_a_process_that_dies_as_a_message_is_read_has_billed_it_once(hook, settings, monkeypatch):
    told(Change.APPEARED, cow())
    deliveries_make()
    message = Delivery.objects.get().id
    module = import_module("hazardmap.webhooks.services.delivery_bill")

    def record_and_die(record):
        usage_record(record)
        raise SystemExit

    monkeypatch.setattr(module, "usage_record", record_and_die)
    with pytest.raises(SystemExit):
        delivery_bill(delivery_id=message)
    monkeypatch.undo()
    assert delivery_bill(delivery_id=message)
    before, after = usage(settings)
    assert before == after, "the same usage"


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_message_once(receiver, hook):
    for _ in range(20):
        told(Change.APPEARED, cow())
    deliveries_make()
    at_once(*[deliveries_send] * 3)
    assert len(receiver.ids()) == len(set(receiver.ids())) == 20


def test_the_process_sends_side_by_side_and_ends_what_it_began(receiver, hook):
    for _ in range(9):
        told(Change.APPEARED, cow())
    deliveries_make()
    with Sender() as sender:
        while sender.tick(5.0):
            pass
    assert len(set(receiver.ids())) == 9
    assert Delivery.objects.filter(state="delivered").count() == 9


def test_receivers_that_are_slow_take_nobody_elses_place(receiver, key):
    slow = [endpoint(receiver.url, key) for _ in range(6)]
    for one in slow:
        watch(one.id, key)
    for _ in range(8):
        told(Change.APPEARED, cow())
    deliveries_make()
    now = timezone.now()

    def claimed(room: int) -> list[UUID]:
        return [one.endpoint_id for one in sending._claim(room, now, ())]

    going = claimed(16)
    assert len(going) == len(set(going)) == 4, "of an organisation, one of each endpoint"
    assert claimed(16) == [], "while they are on their way"
    others = [buyer(name) for name in ("b", "c", "d")]
    quick = [endpoint(receiver.url, one) for one in others]
    for made, owner in zip(quick, others, strict=True):
        watch(made.id, owner)
    told(Change.APPEARED, cow())
    told(Change.APPEARED, cow())
    deliveries_make()
    now = timezone.now()
    Delivery.objects.filter(endpoint_id=going[0]).update(leased_until=None)
    assert sorted(claimed(3)) == sorted(one.id for one in quick), "who has the fewest comes first"
    assert len(claimed(16)) == 4, "the second of each, and one of who was first"


def test_a_lease_whose_sender_died_is_taken_over(receiver, hook):
    told(Change.APPEARED, cow())
    deliveries_make()
    clock = Clock()
    Delivery.objects.update(leased_until=clock() + timedelta(seconds=60), attempts=1)
    assert deliveries_send(now=clock) == 0
    clock.forward(seconds=61)
    assert deliveries_send(now=clock) == 1


@pytest.mark.django_db(transaction=True)
def test_an_endpoint_that_goes_while_its_message_is_settled_is_in_nobodys_way(hook, key):
    told(Change.APPEARED, cow())
    deliveries_make()
    (claimed,) = sending._claim(1, timezone.now(), ())
    sent = Sent(at=timezone.now(), status=200, said="", duration_ms=1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Endpoint.objects.select_for_update().get(id=hook.id)
            gone = in_thread(
                pool,
                lambda: endpoint_remove(organisation_id=organisation_of(key), endpoint_id=hook.id),
            )
            wait_for("its turn", lambda: gone.done() or somebody_waits(), timeout_s=10)
            delivery_settle(
                delivery_id=claimed.id, attempts=claimed.attempts, url=claimed.url, sent=sent
            )
            assert Delivery.objects.get().state == Delivery.State.DELIVERED
        assert gone.result(20)
    assert not Delivery.objects.exists()
