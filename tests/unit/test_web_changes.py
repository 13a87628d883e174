"""The change feed of the map page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hazardmap.web import map_data
from tests.moderation_scene import hazard_at

# Events are only told of once their transaction is over.
pytestmark = pytest.mark.django_db(transaction=True)


def test_every_change_is_told_once_and_in_order(client, monkeypatch):
    at = timezone.now() - timedelta(minutes=5)
    cow = hazard_at("cow", (24.94, 60.17), at)
    dog = hazard_at("dog", (24.96, 60.17), at)
    monkeypatch.setattr(map_data, "CHANGES_LIMIT", 1)
    told, cursor, more = [], 0, True
    while more:
        answer = client.get("/map/changes.json", {"since": cursor}).json()
        assert answer["cursor"] >= cursor
        told += [(change["change"], change["hazard"]["id"]) for change in answer["changes"]]
        cursor, more = answer["cursor"], answer["more"]
    assert len(told) == len(set(told))
    assert {hazard for _, hazard in told} == {str(cow), str(dog)}
    again = client.get("/map/changes.json", {"since": cursor}).json()
    assert (again["changes"], again["cursor"], again["more"]) == ([], cursor, False)


def test_the_page_starts_where_the_feed_ends(client):
    hazard_at("cow", (24.94, 60.17), timezone.now() - timedelta(minutes=5))
    page = client.get("/")
    cursor = page.context["cursor"]
    assert f'data-cursor="{cursor}"'.encode() in page.content
    assert client.get("/map/changes.json", {"since": cursor}).json()["changes"] == []
