"""The Python client sets up endpoints and watch areas, and asks what became of messages."""

from typing import get_type_hints

import pytest

from hazardmap.client import ApiError, Client, told_shapes
from hazardmap.webhooks.models import Delivery
from hazardmap.webhooks.services import deliveries_send
from tests.client_scene import DOCUMENT, SITE, through
from tests.map_scene import buyer
from tests.receiver import receiving
from tests.webhook_scene import HELSINKI, square

pytestmark = pytest.mark.django_db
URL = "https://fleet.example/hook"
LINE = {"type": "LineString", "coordinates": [[24.94, 60.16], [24.94, 60.18]]}


@pytest.fixture
def ask(client):
    with Client(SITE, key=buyer().token, transport=through(client)) as asking:
        yield asking


@pytest.mark.parametrize("name", ["Endpoint", "WatchArea", "Delivery", "DeliveryWithTries"])
def test_a_shape_is_that_of_the_document(name):
    schema = DOCUMENT["components"]["schemas"][name]["properties"]
    assert set(get_type_hints(getattr(told_shapes, name))) == set(schema)


def test_an_area_or_a_route_is_watched(ask):
    hook = ask.add_endpoint(URL)["id"]
    area = ask.add_watch_area(hook, "home", square(*HELSINKI), kinds=["cow"])
    route = ask.add_watch_area(hook, "to work", route=LINE, corridor_m=50, published=False)
    assert (area["kinds"], route["published"]) == (["cow"], False)
    assert ask.watch_areas() == [area, route]
    assert ask.watch_area(route["id"]) == route
    with pytest.raises(ApiError, match="one of the two"):
        ask.add_watch_area(hook, "both", square(*HELSINKI), route=LINE)
    moved = ask.change_watch_area(area["id"], name="at sea", kinds=None)
    assert moved == area | {"name": "at sea", "kinds": None}
    assert ask.remove_watch_area(area["id"])
    assert not ask.remove_watch_area(area["id"])
    assert ask.watch_areas() == [route]


def test_an_endpoint_is_kept_and_its_messages_are_sent_again(ask, settings):
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        made = ask.add_endpoint(receiver.url)
        hook = made["id"]
        assert ask.move_endpoint(hook, receiver.url)["id"] == hook
        ask.pause_endpoint(hook)
        message = ask.test_endpoint(hook)
        assert (ask.endpoint(hook)["waiting"], deliveries_send()) == (1, 0)
        ask.enable_endpoint(hook)
        deliveries_send()
        (sent,) = ask.deliveries(hook, state="delivered")
        assert (sent["id"], sent["type"]) == (message, "endpoint.test")
        ask.replay_delivery(message)
        deliveries_send()
    assert receiver.ids() == [message, message]
    told = ask.delivery(message)
    assert told["body"].encode() == receiver.got[0][1]
    assert [one["status"] for one in told["tries"]] == [204, 204]
    Delivery.objects.update(state="dead", delivered_at=None)
    assert ask.replay_dead(hook, since=sent["created_at"]) == 1
    rolled = ask.roll_secret(hook, overlap_s=60)
    assert rolled["secret"] != made["secret"]
    assert ask.remove_endpoint(hook)
    assert ask.endpoints() == []
