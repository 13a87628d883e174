"""CIFS and DATEX II over HTTP: for keys, once for each thing, free until something changes."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.http import http_date
from lxml import etree

from hazardmap.api import dialect_feeds
from hazardmap.api.dialects.datex2 import NAMESPACES
from hazardmap.core.fusion.fuse import FusedHazard
from hazardmap.hazards.change_feed import newest_change, newest_changes
from hazardmap.hazards.models import Hazard
from hazardmap.hazards.services.hazards_write import hazards_write
from hazardmap.platform import unchanged_since
from tests.asked import billed
from tests.map_scene import made_up, put_hazard, put_zone
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db
HELSINKI, NORTH = (24.94, 60.17), (24.94, 60.1727)
BOX = "24,60,26,61"
PATHS = ("/feeds/cifs.json", "/feeds/datex2-3.xml")


def ask(client, path, key, headers=None, **params):
    token = {"Authorization": f"Bearer {key.token}"}
    return client.get(path, {"bbox": BOX} | params, headers=token | (headers or {}))


def told(client, path, key, **params):
    answer = ask(client, path, key, **params)
    assert answer.status_code == 200, answer.content
    if path.endswith(".json"):
        assert answer["Content-Type"] == "application/json"
        return {one["incident"]["id"] for one in answer.json()["incidents"]}
    assert answer["Content-Type"] == "application/xml"
    found = etree.fromstring(answer.content).findall("sit:situation", dict(NAMESPACES))
    return {one.get("id") for one in found}


@pytest.mark.parametrize("path", PATHS)
def test_what_is_sure_in_the_box_is_told_once(client, key, path):
    assert told(client, path, key) == set()
    devices = [put_hazard(*place, kind="cone", p=0.97) for place in (HELSINKI, NORTH)]
    zone = str(put_zone(HELSINKI, NORTH, hazard_ids=tuple(devices)))
    cow = str(put_hazard(*HELSINKI, p=0.97))
    unsure = str(put_hazard(*HELSINKI, p=0.8))
    put_hazard(*HELSINKI, p=0.97, published=False)
    put_hazard(10, 50, p=0.97)
    made_up = {str(put_hazard(*HELSINKI, p=0.97, simulated=True))}
    made_up |= {str(put_zone(HELSINKI, NORTH, simulated=True))}
    assert told(client, path, key) == {zone, cow}
    assert told(client, path, key, min_probability=0.7) == {zone, cow, unsure}
    assert told(client, path, key, simulated="true") == {zone, cow} | made_up
    assert billed() == [2, 3, 4], "a unit for each thing; nothing for an empty feed"


@pytest.mark.parametrize("path", PATHS)
def test_a_device_beside_its_zone_is_no_other_thing_in_the_next_box(client, key, path):
    """Boxes that lie side by side tell of one thing, under one id."""
    devices = [put_hazard(*place, kind="cone", p=0.97) for place in (HELSINKI, NORTH)]
    beside = put_hazard(24.9402, 60.171, kind="cone", p=0.97)
    zone = {str(put_zone(HELSINKI, NORTH, hazard_ids=(*devices, beside)))}
    lone = {str(put_hazard(24.95, 60.18, kind="cone", p=0.97))}
    west, east = "24,60,24.9401,61", "24.9401,60,26,61"
    assert told(client, path, key, bbox=west) == zone
    assert told(client, path, key, bbox=east) == zone | lone


@pytest.mark.parametrize("path", PATHS)
def test_polling_is_free_until_something_changes(client, key, path):
    cow = put_hazard(*HELSINKI, p=0.97)
    first = ask(client, path, key)
    assert first["X-As-Of"].endswith("Z")
    assert '"units":1' in first["X-Cost"]
    again = ask(client, path, key, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Hazard.objects.filter(id=cow).update(passes=3)
    changed = ask(client, path, key, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert client.head(path, {"bbox": BOX}, headers=bearer(key)).content == b""
    assert billed() == [1, 1]


@pytest.mark.parametrize("path", PATHS)
def test_who_knows_no_tags_polls_by_time(client, key, path, monkeypatch):
    """What leaves by fading, and what changes twice within a second, is a change as well."""
    clock = [1_800_000_000.2]
    monkeypatch.setattr(unchanged_since.time, "time", lambda: clock[0])
    cow = put_hazard(*HELSINKI, p=0.97)
    assert "Last-Modified" not in ask(client, path, key), "it may change within the same second"
    clock[0] += 1.0
    said = ask(client, path, key)["Last-Modified"]
    assert said == http_date(1_800_000_001)

    def status(**headers):
        return ask(client, path, key, headers={"If-Modified-Since": said} | headers).status_code

    assert status() == 304
    assert status(**{"If-None-Match": '"another"'}) == 200, "a tag says more than a time"
    assert ask(client, path, key, headers={"If-Modified-Since": "yesterday"}).status_code == 200
    assert (
        ask(
            client, path, key, bbox="24,60,25.5,61", headers={"If-Modified-Since": said}
        ).status_code
        == 200
    )
    day = timezone.now() - timedelta(days=1)
    Hazard.objects.filter(id=cow).update(t_ref=day)  # so it has faded, and no event says so
    assert status() == 200
    Hazard.objects.filter(id=cow).update(t_ref=timezone.now())
    assert status() == 200, "what came back within the second is another answer"
    clock[0] += 5.0
    again = ask(client, path, key)
    assert again["Last-Modified"] == http_date(1_800_000_003)
    assert status() == 200


def test_every_change_of_a_hazard_is_a_new_version_of_its_record(client, key):
    """Also one that leaves the time of its probability, or takes it back."""
    now = timezone.now()
    cow, other = (made_up(*HELSINKI, p=0.97, t_ref=now) for _ in range(2))
    minute = timedelta(minutes=1)
    changes = (
        {},
        {"radius_m": 2.0, "witnesses": 3},
        {"t_ref": now - minute, "last_seen": now - minute},
    )
    versions, times = [], []
    for change in changes:
        hazards_write(
            present=[FusedHazard(replace(cow, **change), ()), FusedHazard(other, ())],
            gone={},
            trails={},
        )
        root = etree.fromstring(ask(client, "/feeds/datex2-3.xml", key).content)
        records = root.findall(".//sit:situationRecord", dict(NAMESPACES))
        by_id = {one.get("id"): one for one in records}
        record = by_id[f"{cow.id}_1"]
        versions.append([int(by_id[f"{one.id}_1"].get("version")) for one in (cow, other)])
        times.append(record.findtext("sit:situationRecordVersionTime", None, dict(NAMESPACES)))
    mine, others = zip(*versions, strict=True)
    assert list(mine) == sorted(set(mine))
    assert len(set(others)) == 1, "nothing about it has changed"
    assert times == sorted(times)


def test_what_changes_while_it_is_read_gets_its_version_next_time(client, key, monkeypatch):
    """Also for whoever asks only for what he does not have."""
    cow = made_up(*HELSINKI, p=0.97)
    hazards_write(present=[FusedHazard(cow, ())], gone={}, trails={})
    before = newest_change()
    hazards_write(present=[FusedHazard(replace(cow, passes=9), ())], gone={}, trails={})
    now = newest_change()
    assert newest_changes([cow.id], until=before.cursor) == {cow.id: before}
    assert newest_changes([cow.id], until=before.cursor - 1) == {}
    ends = iter([before, now])
    monkeypatch.setattr(dialect_feeds.change_feed, "newest_change", lambda: next(ends))
    first = ask(client, "/feeds/datex2-3.xml", key)
    again = ask(client, "/feeds/datex2-3.xml", key, {"If-None-Match": first["ETag"]})
    records = [
        etree.fromstring(answer.content).find(".//sit:situationRecord", dict(NAMESPACES))
        for answer in (first, again)
    ]
    assert [one.get("version") for one in records] == [str(before.cursor), str(now.cursor)]


def test_the_publisher_is_one_whatever_host_is_asked(client, key, settings):
    settings.ALLOWED_HOSTS, settings.COUNTRY = [".example.org"], "fi"
    said = set()
    for host in ("map.example.org", "MAP.example.org:81", "other.example.org"):
        root = etree.fromstring(ask(client, "/feeds/datex2-3.xml", key, {"host": host}).content)
        creator = root.find("com:publicationCreator", dict(NAMESPACES))
        said.add(tuple(one.text for one in creator))
    info = client.get("/feeds/wzdx-4.2.geojson", headers={"host": host}).json()["feed_info"]
    assert said == {("fi", info["publisher"])}


@pytest.mark.parametrize("path", PATHS)
def test_a_key_is_needed_as_a_token_or_a_password(client, key, path):
    refused = client.get(path, {"bbox": BOX})
    assert_problem(refused, 401)
    assert refused["WWW-Authenticate"].startswith("Basic")
    assert "`Authorization: Basic …` with an API key for a password" in refused.json()["detail"]
    coded = base64.b64encode(f"waze:{key.token}".encode()).decode()
    headers = {"Authorization": f"Basic {coded}"}
    assert client.get(path, {"bbox": BOX}, headers=headers).status_code == 200
    assert client.post(path, headers=bearer(key)).status_code == 405


@pytest.mark.parametrize("path", PATHS)
def test_broken_rules_are_named(client, key, path, monkeypatch):
    assert_problem(client.get(path, headers=bearer(key)), 400, "bbox", "missing")
    assert_problem(ask(client, path, key, bbox="1,2,3"), 400, "bbox")
    assert_problem(ask(client, path, key, min_probability=0.2), 400, "min_probability")
    assert_problem(ask(client, path, key, min_probabilty=1), 400, "min_probabilty", "did you mean")
    monkeypatch.setattr(dialect_feeds, "MOST", 1)
    for _ in range(2):
        put_hazard(*HELSINKI, p=0.97)
    assert_problem(ask(client, path, key), 400, "bbox", "more than 1 hazards")
    assert billed() == []


def bearer(key):
    return {"Authorization": f"Bearer {key.token}"}
