"""Who is told of the map, until when, and what watching costs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hazardmap.accounts.services import (
    Overlap,
    key_create,
    key_report_leaked,
    key_revoke,
    key_roll,
    organisation_close,
    organisation_create,
)
from hazardmap.core.access.scopes import Environment
from hazardmap.core.fusion.hazard import Change
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.services import usage_ship
from hazardmap.platform.ids import new_id
from hazardmap.webhooks.models import Delivery, Endpoint, WatchArea
from hazardmap.webhooks.services import (
    Sender,
    deliveries_make,
    deliveries_send,
    endpoint_enable,
    endpoint_pause,
    endpoint_remove,
    endpoint_test,
    notice_make,
    watch_hours_record,
    watch_remove,
)
from hazardmap.webhooks.values import WebhookRefused
from tests.account_scene import founded
from tests.map_scene import buyer
from tests.webhook_scene import (
    cow,
    endpoint,
    organisation_of,
    told,
    usage,
    watch,
)

pytestmark = pytest.mark.django_db


def watched_since(**ago: float) -> None:
    """The areas, and what they cost is not in the log yet."""
    WatchArea.objects.update(metered_until=timezone.now() - timedelta(**ago))


def loaded() -> list[UsageEvent]:
    """What of the log is in the table."""
    usage_ship()
    return list(UsageEvent.objects.order_by("at"))


def test_watched_hours_are_put_into_the_log_and_loaded_once(hook, key, settings):
    watched_since(hours=3)
    assert watch_hours_record() == 4, "with the one that runs"
    assert watch_hours_record() == 0
    watched_since(hours=3)
    watch_hours_record()
    records = {one.id: one for one in usage(settings)}
    events = loaded()
    assert {one.id: one.request_id for one in events} == {
        id_: one.request_id for id_, one in records.items()
    }
    assert [(one.key_id, one.meter, one.quantity) for one in events] == [
        (key.kid, "watch_hour", 1)
    ] * 4
    assert len({one.at for one in events}) == 4


def test_what_is_removed_was_watched_in_the_hour_that_runs(receiver, hook, key):
    mine = {"organisation_id": organisation_of(key)}
    assert watch_remove(**mine, watch_id=WatchArea.objects.get().id)
    assert len(loaded()) == 1
    watch(hook.id, key)
    watch_hours_record()
    watch(hook.id, key, name="work")
    assert endpoint_remove(**mine, endpoint_id=hook.id)
    assert len(loaded()) == 3, "each hour of an area once"
    assert not watch_remove(**mine, watch_id=hook.id)


def test_an_endpoint_of_a_test_key_gets_test_messages_only(receiver, settings):
    organisation = organisation_create(name="Fleet")
    key = key_create(organisation=organisation, name="test", environment=Environment.TEST)
    made = endpoint(receiver.url, key)
    watch(made.id, key)
    told(Change.APPEARED, cow())
    about = {"organisation_id": organisation.id, "about": new_id(), "at": timezone.now()}
    notice_make(**about, type_="spending.alert", data={})
    endpoint_test(organisation_id=organisation.id, endpoint_id=made.id)
    deliveries_make()
    deliveries_send()
    assert [body["type"] for body in receiver.bodies()] == ["endpoint.test"]
    assert Delivery.objects.count() == 1
    watched_since(hours=3)
    assert watch_hours_record() == 0
    assert watch_remove(organisation_id=organisation.id, watch_id=WatchArea.objects.get().id)
    assert usage(settings) == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [({}, [False]), ({"simulated": True}, [True]), ({"simulated": None}, [False, True])],
)
def test_what_is_made_up_is_told_to_those_only_who_ask_for_it(receiver, key, asked, expected):
    watch(endpoint(receiver.url, key).id, key, **asked)
    for simulated in (False, True):
        told(Change.APPEARED, cow(simulated=simulated))
    deliveries_make()
    deliveries_send()
    hazards = [body["data"]["hazard"]["properties"] for body in receiver.bodies()]
    assert sorted(one["simulated"] for one in hazards) == expected


def changed_on_the_map() -> None:
    """A message waits, another one would be made, and hours have begun."""
    told(Change.APPEARED, cow())
    deliveries_make()
    told(Change.APPEARED, cow())
    watched_since(hours=3)


def nothing_more(receiver, settings) -> bool:
    deliveries_send()
    deliveries_make()
    deliveries_send()
    return not (watch_hours_record() or receiver.got or usage(settings))


def test_a_closed_organisation_is_told_nothing_and_pays_nothing(receiver, settings):
    organisation, olga = founded()
    key = key_create(organisation=organisation, name="key")
    watch(endpoint(receiver.url, key).id, key)
    changed_on_the_map()
    organisation_close(organisation_id=organisation.id, actor=olga)
    assert nothing_more(receiver, settings)
    assert Endpoint.objects.get().disabled_why == "its organisation was closed"
    assert Delivery.objects.count() == 1


def test_who_added_an_endpoint_with_a_key_that_leaked_is_told_nothing_more(
    receiver, hook, key, settings
):
    changed_on_the_map()
    mine = {"organisation_id": organisation_of(key), "endpoint_id": hook.id}
    endpoint_pause(**mine)
    assert key_report_leaked(token=key.token)
    assert nothing_more(receiver, settings)
    assert Endpoint.objects.get().disabled_why == "its key was revoked"
    with pytest.raises(WebhookRefused, match="another key"):
        endpoint_enable(**mine)
    other = buyer("Other")
    watch(endpoint(receiver.url, other).id, other)
    told(Change.APPEARED, cow())
    deliveries_make()
    assert deliveries_send() == 1


@pytest.mark.parametrize("leaked", [False, True])
def test_a_key_that_was_rolled_goes_on_telling_until_it_leaks(receiver, leaked):
    organisation, olga = founded()
    key = key_create(organisation=organisation, name="key")
    watch(endpoint(receiver.url, key).id, key)
    key_roll(kid=key.kid, actor=olga, overlap=Overlap.HOUR if leaked else Overlap.NOW)
    if leaked:
        key_report_leaked(token=key.token)
    told(Change.APPEARED, cow())
    deliveries_make()
    deliveries_send()
    assert len(receiver.got) == (0 if leaked else 1)
    key_revoke(kid=key.kid)
    told(Change.APPEARED, cow())
    deliveries_make()
    deliveries_send()
    assert len(receiver.got) == (0 if leaked else 2), "it was revoked before"


def test_for_a_key_that_may_spend_no_more_watching_stands_still(receiver, hook, key, settings):
    def held() -> set[str]:
        return {key.kid}

    other = buyer("Other")
    watch(endpoint(receiver.url, other).id, other)
    changed_on_the_map()
    deliveries_make()
    endpoint_test(organisation_id=organisation_of(key), endpoint_id=hook.id)
    assert deliveries_send(held=held) == 3, "the other's, and what is free"
    Delivery.objects.filter(state="waiting").update(created_at=timezone.now() - timedelta(days=3))
    assert watch_hours_record(held=held()) == 4
    assert {one.key_id for one in usage(settings)} == {other.kid}
    with Sender(held=held) as sender:
        assert not sender.tick(0.0)
    assert watch_hours_record() == 0, "no hour is made up for"
    assert deliveries_send() == 2
    now = timezone.now()
    mine = [one for one in usage(settings) if one.key_id == key.kid]
    assert [one.meter for one in mine] == ["webhook"] * 2
    assert all(now - one.at < timedelta(minutes=1) for one in mine), "when they were sent"
