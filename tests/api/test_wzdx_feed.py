"""The WZDx feed over HTTP: public, cached, and without what is made up."""

import json
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from hazardmap.api import feeds
from tests.at_once import at_once
from tests.map_scene import put_zone
from tests.problems import assert_problem
from tests.wzdx import validator

pytestmark = pytest.mark.django_db
LINE = ((24.94, 60.17), (24.94, 60.1727))
ADDRESS = "/feeds/wzdx-4.2.geojson"


def told(client, **params):
    cache.clear()
    answer = client.get(ADDRESS, params)
    assert answer.status_code == 200
    feed = answer.json()
    assert not list(validator().iter_errors(feed))
    return {event["id"] for event in feed["features"]}


def test_anybody_gets_what_is_sure_and_not_made_up(client):
    assert told(client) == set()
    now = timezone.now()
    sure = str(put_zone(*LINE))
    put_zone(*LINE, p=0.85)
    made_up = str(put_zone(*LINE, simulated=True))
    ago = {"started_at": now - timedelta(days=1), "last_seen": now - timedelta(hours=5)}
    ended = str(put_zone(*LINE, **ago, ended_at=now - timedelta(minutes=59)))
    put_zone(*LINE, **ago, ended_at=now - timedelta(minutes=65))
    assert told(client) == {sure, ended}
    assert told(client, simulated="true") == {sure, ended, made_up}


def test_it_is_written_once_in_a_while_and_sent_only_where_it_is_new(client):
    first = client.get(ADDRESS)
    assert first["Cache-Control"] == "public, max-age=30"
    assert first["Access-Control-Allow-Origin"] == "*"
    assert "publicdomain/zero" in first["Link"]
    put_zone(*LINE)
    again = client.get(ADDRESS, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    cache.clear()
    changed = client.get(ADDRESS, headers={"If-None-Match": first["ETag"]})
    assert len(changed.json()["features"]) == 1
    assert client.head(ADDRESS).content == b""
    assert client.post(ADDRESS).status_code == 405
    assert_problem(client.get(ADDRESS, {"simulate": "true"}), 400)


def test_who_has_it_gets_it_again_only_when_a_zone_has_changed(client, monkeypatch):
    """Not because it says when it was written, as a box's does anew for everybody."""
    put_zone(*LINE)
    box = {"bbox": "24,60,25,61"}
    first = client.get(ADDRESS, box)
    known = {"If-None-Match": first["ETag"]}
    later = timezone.now() + timedelta(minutes=3)
    monkeypatch.setattr(feeds.timezone, "now", lambda: later)
    assert client.get(ADDRESS, box).content != first.content
    assert client.get(ADDRESS, box, headers=known).status_code == 304
    put_zone(*LINE)
    assert client.get(ADDRESS, box, headers=known).status_code == 200


def test_it_is_of_a_box_where_one_is_asked_for(client, monkeypatch):
    here = str(put_zone(*LINE))
    put_zone((2.0, 48.0), (2.0, 48.003))
    assert told(client, bbox="24,60,25,61") == {here}
    assert len(told(client)) == 2
    assert_problem(client.get(ADDRESS, {"bbox": "24,60"}), 400, "bbox")
    monkeypatch.setattr(feeds, "MOST", 1)
    assert told(client, bbox="24,60,25,61") == {here}
    cache.clear()
    assert_problem(client.get(ADDRESS), 400, "bbox", "more than 1 work zones")


@pytest.mark.django_db(transaction=True)
def test_those_who_ask_at_once_wait_for_one_that_writes_it(client, monkeypatch):
    cache.clear()
    written = []
    write = feeds.wzdx.feed

    def slowly(*args, **kwargs):
        written.append(1)
        time.sleep(0.5)
        return write(*args, **kwargs)

    monkeypatch.setattr(feeds.wzdx, "feed", slowly)
    answers = at_once(*[lambda: Client().get(ADDRESS).status_code] * 4)
    assert (answers, written) == ([200] * 4, [1])


def test_whoever_names_many_hosts_gets_the_feed_that_is_kept(client, settings):
    """A host has any port, small and large letters, and with a wildcard any name."""
    settings.ALLOWED_HOSTS = [".example.org"]
    cache.clear()
    hosts = ("map.example.org", "MAP.example.org", "map.example.org:81", "other.example.org")
    feeds = {client.get(ADDRESS, headers={"host": host}).content for host in hosts}
    assert len(feeds) == 1
    publisher = json.loads(feeds.pop())["feed_info"]["publisher"]
    assert publisher == f"hazardmap at {settings.SITE.removeprefix('http://')}"


def test_it_is_there_without_redis(client, settings):
    unreachable = {"LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES = {"default": settings.CACHES["default"] | unreachable}
    put_zone(*LINE)
    assert len(client.get(ADDRESS).json()["features"]) == 1
