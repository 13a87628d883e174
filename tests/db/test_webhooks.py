"""From the change feed to a receiver: once for each change, in order, however often it fails."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from hazardmap.core.fusion.hazard import Change, State
from hazardmap.core.messages import webhook
from hazardmap.hazards.feed_models import FeedReader
from hazardmap.hazards.services.events_write import events_write
from hazardmap.webhooks.models import Attempt, Delivery, Endpoint, WatchArea
from hazardmap.webhooks.services import (
    Sender,
    dead_replay,
    deliveries_forget,
    deliveries_make,
    deliveries_send,
    delivery_replay,
    endpoint_enable,
    endpoint_test,
    secret_roll,
)
from hazardmap.webhooks.services.delivery_settle import Sent
from hazardmap.webhooks.values import WebhookRefused
from tests.at_once import in_thread_of_its_own
from tests.map_scene import buyer
from tests.webhook_scene import (
    HELSINKI,
    RENNES,
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


def test_a_change_arrives_once_signed_and_billed(receiver, hook, key, settings):
    hazard = told(Change.APPEARED, cow())
    assert deliveries_make() == 1
    assert deliveries_send() == 1
    assert deliveries_send() == deliveries_make() == 0
    ((headers, body),) = receiver.got
    message = Webhook(hook.secret).verify(body.decode(), headers)
    assert message["type"] == "hazard.appeared"
    assert message["data"]["hazard"]["id"] == str(hazard.id)
    assert message["data"]["hazard"]["geometry"]["coordinates"] == list(HELSINKI)
    assert message["data"]["watch_areas"] == [str(WatchArea.objects.get().id)]
    (record,) = usage(settings)
    assert (record.key_id, record.meter, record.hazards) == (key.kid, "webhook", (hazard.id,))


def test_what_appears_changes_and_goes_is_seen_from_the_watchers_side(receiver, key):
    made = endpoint(receiver.url, key)
    watch(made.id, key, min_probability=0.6, kinds=["cow"])
    hazard = told(Change.APPEARED, cow(p=0.4))  # too unlikely
    hazard = told(Change.CHANGED, hazard, p=0.7)
    hazard = told(Change.CHANGED, hazard, p=0.8)
    hazard = told(Change.CHANGED, hazard, lon=RENNES[0], lat=RENNES[1])  # leaves the area
    told(Change.APPEARED, cow(kind="cone"))
    told(Change.APPEARED, cow(published=False))
    deliveries_make()
    deliveries_send()
    assert [body["type"] for body in receiver.bodies()] == [
        "hazard.appeared",
        "hazard.changed",
        "hazard.gone",
    ]


def test_a_removal_is_told(receiver, hook):
    hazard = told(Change.APPEARED, cow())
    told(Change.REMOVED, hazard, state=State.EXPIRED)
    deliveries_make()
    deliveries_send()
    assert [body["type"] for body in receiver.bodies()] == ["hazard.appeared", "hazard.gone"]


def test_one_that_was_merged_goes_with_the_name_of_its_heir(receiver, hook):
    hazard, heir = told(Change.APPEARED, cow()), told(Change.APPEARED, cow())
    events_write(
        [(Change.REMOVED, replace(hazard, state=State.CLEARED))], heirs={hazard.id: heir.id}
    )
    deliveries_make()
    deliveries_send()
    said = [(body["type"], body["data"]["merged_into"]) for body in receiver.bodies()]
    assert said[0] == said[1] == ("hazard.appeared", None)
    assert said[2:] == [("hazard.gone", str(heir.id))]


def test_two_areas_of_one_endpoint_make_one_message_and_two_endpoints_two(receiver, hook, key):
    watch(hook.id, key, name="work")
    other = endpoint(receiver.url, key)
    watch(other.id, key)
    told(Change.APPEARED, cow())
    deliveries_make()
    deliveries_send()
    assert len(receiver.got) == 2
    assert {len(body["data"]["watch_areas"]) for body in receiver.bodies()} == {1, 2}


def test_the_same_feed_read_twice_makes_nothing_new(hook):
    told(Change.APPEARED, cow())
    before = FeedReader.objects.get(name="webhooks").cursor
    deliveries_make()
    FeedReader.objects.filter(name="webhooks").update(cursor=before)
    assert deliveries_make() == 1
    assert Delivery.objects.count() == 1


def test_a_receiver_that_is_down_for_a_day_gets_everything_in_order_and_once(receiver, hook):
    hazard = cow()
    receiver.answer = 503
    for number in range(12):
        hazard = told(Change.CHANGED if number else Change.APPEARED, hazard, passes=number)
        told(Change.APPEARED, cow())
    deliveries_make()
    clock = Clock()
    for _ in range(24 * 12):
        deliveries_send(now=clock)
        clock.forward(minutes=5)
    refused = len(receiver.got)
    assert refused < 150, "a receiver that is down is not flooded"
    receiver.got.clear()
    receiver.answer = 200
    for _ in range(13):
        clock.forward(hours=1)
        deliveries_send(now=clock)
    assert len(receiver.ids()) == len(set(receiver.ids())) == 24
    passes = [
        body["data"]["hazard"]["properties"]["passes"]
        for body in receiver.bodies()
        if body["data"]["hazard"]["id"] == str(hazard.id)
    ]
    assert passes == list(range(12))
    assert not Delivery.objects.exclude(state="delivered").exists()


def test_after_ten_tries_a_message_is_given_up_until_its_owner_wants_it(receiver, hook, key):
    receiver.answer = 500
    told(Change.APPEARED, cow())
    deliveries_make()
    clock = Clock()
    for _ in range(24 * 5):
        deliveries_send(now=clock)
        clock.forward(hours=1)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("dead", 10)
    assert Attempt.objects.filter(status=500).count() == 10
    receiver.answer = 200
    mine = organisation_of(key)
    assert dead_replay(organisation_id=mine, endpoint_id=hook.id, since=clock() - timedelta(9)) == 1
    deliveries_send(now=clock)
    assert Delivery.objects.get().state == "delivered"
    assert set(receiver.ids()) == {str(delivery.id)}


def test_what_is_replayed_has_its_old_id_and_is_billed_once(receiver, hook, key, settings):
    told(Change.APPEARED, cow())
    deliveries_make()
    deliveries_send()
    (id_,) = Delivery.objects.values_list("id", flat=True)
    assert not delivery_replay(organisation_id=organisation_of(buyer("Other")), delivery_id=id_)
    assert delivery_replay(organisation_id=organisation_of(key), delivery_id=id_)
    deliveries_send()
    assert receiver.ids() == [str(id_)] * 2
    assert len({record.id for record in usage(settings)}) == 1


@pytest.mark.parametrize(
    ("answer", "headers", "wait_s"),
    [(500, {}, 5), (302, {"Location": "http://127.0.0.1:1/"}, 5), (429, {"Retry-After": "90"}, 90)],
)
def test_a_failure_is_tried_again_when_the_time_has_come(receiver, hook, answer, headers, wait_s):
    receiver.answer, receiver.headers = answer, headers
    told(Change.APPEARED, cow())
    deliveries_make()
    clock = Clock()
    assert deliveries_send(now=clock) == 1
    clock.forward(seconds=wait_s - 1)
    assert deliveries_send(now=clock) == 0
    clock.forward(seconds=3)
    assert deliveries_send(now=clock) == 1
    assert len(receiver.got) == 2, "a redirect is not followed"


def test_what_is_refused_keeps_its_times_whatever_else_is_taken(receiver, hook):
    """Ten tries in three days, and not ten in a row because other messages arrive."""
    clock = Clock()
    receiver.answer = 503
    told(Change.APPEARED, cow())
    deliveries_make()
    clock.forward(seconds=1)
    deliveries_send(now=clock)
    receiver.answer = 204
    told(Change.APPEARED, cow())
    deliveries_make()
    clock.forward(seconds=1)
    assert deliveries_send(now=clock) == 1
    clock.forward(seconds=1)
    assert deliveries_send(now=clock) == 0
    clock.forward(seconds=5)
    assert deliveries_send(now=clock) == 1
    assert receiver.ids()[0] == receiver.ids()[2] != receiver.ids()[1]


@pytest.mark.parametrize("other", [200, 500])
def test_who_asks_to_be_left_alone_is_whatever_he_says_to_another_message(hook, other):
    told(Change.APPEARED, cow())
    told(Change.APPEARED, cow())
    deliveries_make()
    now = timezone.now()
    for claimed, status in zip(sending._claim(2, now, ()), (429, other), strict=True):
        sent = Sent(now, status, "", duration_ms=1, retry_after_s=90 if status == 429 else None)
        sending._settle(claimed, sent)
    assert sending._claim(2, now + timedelta(seconds=89), ()) == []
    assert sending._claim(2, now + timedelta(seconds=91), ()) != []


def test_whoever_says_gone_is_left_alone_until_switched_on(receiver, hook, key):
    receiver.answer = 410
    told(Change.APPEARED, cow())
    told(Change.APPEARED, cow())
    deliveries_make()
    sender = {"organisation_id": organisation_of(key), "endpoint_id": hook.id}
    deliveries_send()
    assert "410" in Endpoint.objects.get().disabled_why
    sent = len(receiver.got)
    assert deliveries_send() == 0
    receiver.answer = 200
    assert endpoint_enable(**sender)
    deliveries_send()
    assert len(set(receiver.ids()[sent:])) == 2


def test_for_a_while_after_rolling_both_secrets_verify(receiver, hook, key):
    mine = {"organisation_id": organisation_of(key), "endpoint_id": hook.id}
    rolled = secret_roll(**mine, overlap_s=60)
    assert endpoint_test(**mine)
    deliveries_send()
    ((headers, body),) = receiver.got
    for secret in (hook.secret, rolled.secret):
        assert Webhook(secret).verify(body.decode(), headers)["type"] == "endpoint.test"
    assert len(headers["webhook-signature"].split()) == 2
    Endpoint.objects.update(older_secrets_until=[timezone.now()])
    endpoint_test(**mine)
    deliveries_send()
    assert len(receiver.got[-1][0]["webhook-signature"].split()) == 1


def test_rolled_again_each_secret_verifies_until_its_own_end(receiver, hook, key):
    mine = {"organisation_id": organisation_of(key), "endpoint_id": hook.id}
    secrets = [hook.secret, *(secret_roll(**mine, overlap_s=for_s).secret for for_s in (240, 60))]
    clock = Clock()

    def verifying():
        endpoint_test(**mine)
        clock.forward(seconds=2)
        deliveries_send(now=clock)
        headers, body = receiver.got[-1]
        assert len(headers["webhook-signature"].split()) == len(
            set(headers["webhook-signature"].split())
        )
        for number, secret in enumerate(secrets, start=1):
            with suppress(WebhookVerificationError):
                Webhook(secret).verify(body.decode(), headers)
                yield number

    assert list(verifying()) == [1, 2, 3]
    clock.forward(seconds=61)
    assert list(verifying()) == [1, 3]
    clock.forward(seconds=180)
    assert list(verifying()) == [3]
    for _ in range(18):
        secret_roll(**mine, overlap_s=0)
    with pytest.raises(WebhookRefused, match="20 secrets were made since the oldest one"):
        secret_roll(**mine, overlap_s=0)


def test_a_private_address_is_never_asked(receiver, hook, settings):
    settings.OUTBOUND_EXCEPTIONS = set()
    told(Change.APPEARED, cow())
    deliveries_make()
    deliveries_send()
    assert receiver.got == []
    assert "public internet" in Attempt.objects.get().said


@pytest.mark.django_db(transaction=True)
def test_a_sender_whose_clock_is_ahead_sends_nothing_twice(receiver, hook, monkeypatch):
    told(Change.APPEARED, cow())
    deliveries_make()
    receiver.pause_s = 1.0
    right = timezone.now
    with Sender() as first, Sender() as other:
        first.tick(0.0)
        with monkeypatch.context() as patch:
            patch.setattr(timezone, "now", lambda: right() + 2 * sending.LEASE)
            in_thread_of_its_own(lambda: other.tick(0.0))
    assert len(receiver.ids()) == 1


def test_old_messages_are_forgotten(hook):
    told(Change.APPEARED, cow())
    told(Change.APPEARED, cow())
    deliveries_make()
    newest = Delivery.objects.order_by("-cursor").first()
    Delivery.objects.exclude(id=newest.id).update(created_at=timezone.now() - timedelta(days=31))
    assert deliveries_forget() == 1
    assert list(Delivery.objects.all()) == [newest]


def test_a_message_is_small(hook):
    told(Change.APPEARED, cow())
    deliveries_make()
    body = Delivery.objects.get().body
    assert len(body) < 2000
    assert json.loads(body)["data"]["hazard"]["type"] == "Feature"
    assert Endpoint._meta.get_field("url").max_length == webhook.MAX_URL_LENGTH
