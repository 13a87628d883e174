"""Who is told of the map, until when, and what watching costs."""

import math
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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
from hazardmap.core.geometry.corridor import Watched
from hazardmap.core.geometry.region import read_region
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.services import usage_ship
from hazardmap.platform.ids import new_id
from hazardmap.webhooks.models import Delivery, Endpoint, WatchArea, WatchPiece
from hazardmap.webhooks.services import (
    Sender,
    deliveries_make,
    deliveries_send,
    endpoint_enable,
    endpoint_pause,
    endpoint_remove,
    endpoint_test,
    notice_make,
    watch_add,
    watch_change,
    watch_hours_record,
    watch_remove,
)
from hazardmap.webhooks.values import WebhookRefused
from tests.account_scene import founded
from tests.map_scene import buyer
from tests.webhook_scene import (
    HELSINKI,
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


def flower(lon: float, lat: float, petals: int) -> Watched:
    """As many positions as an area may have, around a place."""
    turns = [index * math.tau / 9_990 for index in range(9_990)]
    ring = [
        [lon + reach * math.cos(turn), lat + reach * math.sin(turn)]
        for turn in turns
        for reach in [0.3 + 0.1 * math.cos(petals * turn)]
    ]
    return Watched(read_region({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}))


def told_at(hook, place: tuple[float, float]) -> bool:
    """Whether the endpoint is told of something that appears there."""
    before = Delivery.objects.count()
    told(Change.APPEARED, cow(place))
    deliveries_make()
    return Delivery.objects.count() > before


def test_places_are_looked_up_in_small_pieces_of_an_area(hook, key):
    """Reading 10,000 positions for each change would keep everybody's messages waiting."""
    (lon, lat), whose = HELSINKI, {"organisation_id": organisation_of(key)}
    watch_remove(**whose, watch_id=WatchArea.objects.get().id)
    added = watch_add(
        **whose,
        endpoint_id=hook.id,
        name="flower",
        watched=flower(lon, lat, 2),
        kinds=None,
        min_probability=0.0,
        published=True,
        simulated=False,
    )
    assert told_at(hook, (lon + 0.39, lat))
    assert told_at(hook, HELSINKI)
    assert not told_at(hook, (lon, lat + 0.39)), "between the petals"
    watch_change(**whose, watch_id=added, changes={"watched": flower(lon, lat + 0.2, 2)})
    assert told_at(hook, (lon, lat + 0.39))
    assert not told_at(hook, (lon, lat - 0.15))
    pieces = [part.piece.num_coords for part in WatchPiece.objects.all()]
    assert len(pieces) > 100
    assert max(pieces) <= 64


def test_nobody_looks_up_areas_of_which_nobody_is_told(settings):
    """There may be as many as anybody likes: they cost nothing."""
    test = key_create(
        organisation=organisation_create(name="Free"), name="test", environment=Environment.TEST
    )
    watch(endpoint("https://free.example/hook", test).id, test)
    told(Change.APPEARED, cow())
    with CaptureQueriesContext(connection) as asked:
        deliveries_make()
    (looked_up,) = [query["sql"] for query in asked if "webhooks_watchpiece" in query["sql"]]
    assert "'{}'::uuid[]" in looked_up


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
