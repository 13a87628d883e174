"""Webhooks in the portal: made, watched, paused, sent again, by those who may and no others."""

import re

import pytest
from django.test import Client
from standardwebhooks import Webhook

from hazardmap.accounts.services import key_create, key_revoke
from hazardmap.core.access.roles import Act, Role, may
from hazardmap.core.access.scopes import Scope
from hazardmap.core.fusion.hazard import Change
from hazardmap.web.portal import webhook_urls
from hazardmap.webhooks.models import Delivery, Endpoint, WatchArea
from hazardmap.webhooks.services import deliveries_make, deliveries_send
from tests.account_scene import founded, member, signed_in
from tests.receiver import receiving
from tests.webhook_scene import HELSINKI, cow, square, told

pytestmark = pytest.mark.django_db
URL = "https://fleet.example/hook"
BOX = "24.5,59.7,25.5,60.7"
PAGES = {"", "{endpoint}/", "messages/{delivery}/"}
ACTS = {
    "new/",
    "{endpoint}/secret/",
    "{endpoint}/test/",
    "{endpoint}/pause/",
    "{endpoint}/enable/",
    "{endpoint}/remove/",
    "{endpoint}/watch/",
    "{endpoint}/replay/",
    "watched/{watch}/remove/",
    "messages/{delivery}/again/",
}


@pytest.fixture
def owned():
    """An owner's client, the address of its webhooks, and the organisation."""
    organisation, olga = founded()
    key_create(organisation=organisation, name="van")
    return signed_in(olga), f"/portal/{organisation.pk}/webhooks/", organisation


def added(client, base, organisation, url=URL):
    """An endpoint made by the form; its id and its secret, as the page shows it once."""
    kid = organisation.keys.get().kid
    page = client.post(f"{base}new/", {"url": url, "key": kid}).content.decode()
    (secret,) = re.findall(r'id="secret">(whsec_[^<]+)<', page)
    return Endpoint.objects.latest("id").id, secret


def watch(client, page, area=BOX, **over):
    form = {"name": "home", "area": area, "min_probability": "0", "published": "on"} | over
    return client.post(f"{page}watch/", form, follow=True).content.decode()


def things(client, base, organisation):
    """Every kind of thing that an address can name."""
    endpoint, _ = added(client, base, organisation)
    watch(client, f"{base}{endpoint}/")
    client.post(f"{base}{endpoint}/test/")
    return {
        "endpoint": endpoint,
        "watch": WatchArea.objects.get().id,
        "delivery": Delivery.objects.get().id,
    }


def test_made_up_hazards_are_watched_where_the_box_is_ticked(owned):
    client, base, organisation = owned
    endpoint, _ = added(client, base, organisation)
    page = f"{base}{endpoint}/"
    assert "also simulated" not in watch(client, page)
    assert "also simulated" in watch(client, page, simulated="on")
    assert list(WatchArea.objects.order_by("id").values_list("simulated", flat=True)) == [
        False,
        None,
    ]


def test_every_address_is_in_this_test():
    listed = {
        name.replace("{", "<uuid:").replace("}", "_id>").replace("messages/<uuid:delivery_id>", "M")
        for name in {*PAGES, *ACTS}
    }
    names = {
        str(one.pattern).replace("messages/<uuid:delivery_id>", "M")
        for one in webhook_urls.urlpatterns
    }
    assert names == listed


def test_strangers_find_nothing_and_a_role_may_what_the_table_says(owned):
    mine, base, organisation = owned
    known = things(mine, base, organisation)
    stranger = signed_in(founded("Other", "sven")[1])
    for path in PAGES:
        address = base + path.format(**known)
        assert Client().get(address).url.startswith("/login/?next=")
        assert stranger.get(address).status_code == 404
    for path in ACTS:
        address = base + path.format(**known)
        assert mine.get(address).status_code == 405
        assert stranger.post(address).status_code == 404
    for role in (Role.BILLING, Role.READER, Role.DEVELOPER):
        theirs = signed_in(member(organisation, role))
        assert all(theirs.get(base + path.format(**known)).status_code == 200 for path in PAGES)
        forms = b"<form" in theirs.get(f"{base}{known['endpoint']}/").content.partition(b"<main")[2]
        assert forms == may(role, Act.MANAGE_WEBHOOKS)
        if not forms:
            for path in ACTS:
                assert theirs.post(base + path.format(**known)).status_code == 403
    assert Endpoint.objects.get().disabled_at is None


def test_another_organisations_things_are_not_reached_through_ones_own(owned):
    mine, base, organisation = owned
    known = things(mine, base, organisation)
    other, sven = founded("Other", "sven")
    theirs, mine_too = signed_in(sven), f"/portal/{other.pk}/webhooks/"
    for path in ACTS - {"new/"}:
        assert theirs.post(mine_too + path.format(**known), {"host": "x"}).status_code == 404
    for path in PAGES - {""}:
        assert theirs.get(mine_too + path.format(**known)).status_code == 404


def test_from_an_address_to_a_message_that_is_sent_again(owned, settings):
    client, base, organisation = owned
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        endpoint, secret = added(client, base, organisation, receiver.url)
        page = f"{base}{endpoint}/"
        assert "Watched from now on" in watch(client, page, kinds=["cow"])
        deliveries_make()
        told(Change.APPEARED, cow())
        deliveries_make()
        assert "waiting" in client.get(page).content.decode()
        (delivery,) = Delivery.objects.all()
        unseen = client.get(f"{base}messages/{delivery.id}/").content.decode()
        assert "Shown once it has arrived" in unseen
        assert "half_life_s" not in unseen
        deliveries_send()
        shown = client.get(f"{base}messages/{delivery.id}/").content.decode()
        assert "hazard.appeared" in shown
        assert "half_life_s" in shown
        assert "<td>204</td>" in shown
        assert str(delivery.hazard_id) in shown
        client.post(f"{base}messages/{delivery.id}/again/")
        deliveries_send()
    ((_, _), (headers, body)) = receiver.got
    assert Webhook(secret).verify(body.decode(), headers)["data"]["change"] == "appeared"
    assert headers["webhook-id"] == str(delivery.id)


def test_a_secret_is_shown_once_and_rolled(owned):
    client, base, organisation = owned
    endpoint, secret = added(client, base, organisation)
    page = f"{base}{endpoint}/"
    assert secret not in client.get(page).content.decode() + client.get(base).content.decode()
    rolled = client.post(f"{page}secret/", {"overlap": "1h"}).content.decode()
    assert "whsec_" in rolled
    assert secret not in rolled
    assert "sign, too, until" in client.get(page).content.decode()


def test_paused_and_failing_endpoints_say_so_and_go_on(owned):
    client, base, organisation = owned
    endpoint, _ = added(client, base, organisation)
    page = f"{base}{endpoint}/"
    assert "its owner has paused it" in client.post(f"{page}pause/", follow=True).content.decode()
    client.post(f"{page}test/")
    assert deliveries_send() == 0
    assert "Switched on" in client.post(f"{page}enable/", follow=True).content.decode()
    Endpoint.objects.update(failures=7)
    assert "7 times in a row" in client.get(base).content.decode()
    assert "Try again now" in client.get(page).content.decode()
    Delivery.objects.update(state="dead")
    assert "given up" in client.get(f"{page}?state=dead").content.decode()
    assert "There is none of these" in client.get(f"{page}?state=delivered").content.decode()
    assert "1 message is sent" in client.post(f"{page}replay/", follow=True).content.decode()
    assert Delivery.objects.get().state == "waiting"


def test_one_whose_key_was_revoked_says_so_and_stays_off(owned):
    client, base, organisation = owned
    endpoint, _ = added(client, base, organisation)
    page = f"{base}{endpoint}/"
    key_revoke(kid=organisation.keys.get().kid)
    deliveries_send()
    shown = client.get(page).content.decode()
    assert "its key was revoked" in shown
    assert "on the account of another key" in shown
    assert "Switch it on" not in shown
    refused = client.post(f"{page}enable/", follow=True).content.decode()
    assert "add it again with another key" in refused
    assert Endpoint.objects.get().disabled_at is not None


def test_test_messages_are_bounded(owned, monkeypatch):
    monkeypatch.setattr("hazardmap.webhooks.services.endpoint_keep.TESTS_PER_HOUR", 1)
    client, base, organisation = owned
    endpoint, _ = added(client, base, organisation)
    client.post(f"{base}{endpoint}/test/")
    refused = client.post(f"{base}{endpoint}/test/", follow=True).content.decode()
    assert "More than 1 test messages an hour" in refused
    assert Delivery.objects.count() == 1


def test_it_is_removed_only_by_its_name(owned):
    client, base, organisation = owned
    known = things(client, base, organisation)
    page = f"{base}{known['endpoint']}/"
    client.post(f"{base}watched/{known['watch']}/remove/")
    assert not WatchArea.objects.exists()
    refused = client.post(f"{page}remove/", {"host": "fleet"}, follow=True).content.decode()
    assert "exactly as it is" in refused
    client.post(f"{page}remove/", {"host": "fleet.example"})
    assert not Endpoint.objects.exists()


LINE = '{"type": "LineString", "coordinates": [[24.9, 60.1], [24.9, 60.2]]}'


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"area": "60.1,24.5,60.4,125"}, "In the words of the API: latitudes must be"),
        ({"area": "24,60,24,60"}, "has no extent"),
        ({"area": "{]"}, "is no JSON"),
        ({"area": "{" * 100_000}, "is no JSON"),
        ({"area": '{"type": "Point", "coordinates": [1, 2]}'}, "must be a GeoJSON Polygon"),
        ({"name": " "}, "1 to 100 letters"),
        ({"min_probability": "nan"}, "from 0 to 1"),
        ({"area": LINE}, "Watched from now on"),
        ({"area": "179,-1,-179,1"}, "Watched from now on"),
    ],
)
def test_what_is_typed_is_read_or_told(owned, over, words):
    client, base, organisation = owned
    endpoint, _ = added(client, base, organisation)
    assert words in watch(client, f"{base}{endpoint}/", **over).replace("&#x27;", "'")


def test_an_endpoint_needs_a_good_address_and_a_key_of_ones_own(owned):
    client, base, organisation = owned
    kid = organisation.keys.get().kid
    page = client.post(f"{base}new/", {"url": "http://fleet.example", "key": kid}).content.decode()
    assert "must start with https://" in page
    assert 'value="http://fleet.example"' in page
    other = key_create(organisation=founded("Other", "sven")[0], name="theirs").kid
    tiles = key_create(organisation=organisation, name="map", scopes=[Scope.TILES]).kid
    for key in (other, tiles, ""):
        assert b"Choose the key" in client.post(f"{base}new/", {"url": URL, "key": key}).content
    assert not Endpoint.objects.exists()


def test_the_area_of_a_box_is_that_of_its_polygon(owned):
    client, base, organisation = owned
    endpoint, _ = added(client, base, organisation)
    ring = str(square(*HELSINKI)).replace("'", '"')
    watch(client, f"{base}{endpoint}/", area="24.44,59.67,25.44,60.67")
    watch(client, f"{base}{endpoint}/", area=ring)
    one, other = WatchArea.objects.order_by("id")
    assert one.area.equals(other.area)
