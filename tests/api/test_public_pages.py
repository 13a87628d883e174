"""Pages without a script: one hazard, an area, the list, feeds, and what search engines read."""

import json
import re
import time
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.contrib.gis.geos import LineString
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hazardmap.core.fusion.hazard import State
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.geometry.grid import cell, parent
from hazardmap.hazards.models import Look
from hazardmap.hazards.road_models import Road
from hazardmap.hazards.services import cells_rebuild, verdict_give, vote_give
from hazardmap.web import feeds
from hazardmap.web.templatetags.humane import linked_data
from tests.account_scene import person
from tests.map_scene import put_hazard, put_zone
from tests.moderation_scene import hazard_at

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)
AREA = f"{cell(*HELSINKI, 7):x}"


def shown(client, address, status=200, **params):
    answer = client.get(address, params)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def ids_in(page):
    """Of the hazards that a page links to, in order."""
    found = re.findall(r"href=\"/hazards/([0-9a-f-]{36})/\"", page)
    return list(dict.fromkeys(found))


def test_a_hazard_says_what_how_sure_and_why(client):
    at = timezone.now() - timedelta(minutes=5)
    id_ = hazard_at("cow", HELSINKI, at)
    Road.objects.create(
        osm_id=1, name="Mannerheimintie", highway="primary", line=_line_through(*HELSINKI)
    )
    page = shown(client, f"/hazards/{id_}/")
    for words in [
        "Cattle",
        "There now",
        "Mannerheimintie",
        "confirmed by several drivers",
        "In the hour from",
        "Drive 1 saw it",
        "Now, faded since then",
        "unless it is seen again",
        "test-model",
        "CC BY-SA 4.0",
        "within",
    ]:
        assert words in page
    assert "Driver A" not in page
    table = re.search("<tbody>.*</tbody>", page, re.DOTALL)[0]
    assert table.count("<tr>") == 3
    assert table.index("Drive 1") < table.index("Drive 2") < table.index("Now,")
    assert set(re.findall(r" \d\d:(\d\d)", table)) <= {"00"}, "hours, no minutes"
    linked = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1]
    facts = json.loads(linked)
    assert facts["url"] == f"http://testserver/hazards/{id_}/"
    assert facts["observationAbout"]["geo"]["latitude"] == pytest.approx(HELSINKI[1], abs=1e-3)
    assert f'<link rel="canonical" href="http://testserver/hazards/{id_}/">' in page
    assert '<meta property="og:image" content="http://testserver/images/' in page
    assert 'name="robots"' not in page


def test_the_reasons_of_a_hazard_lead_to_the_figure_above_them(client):
    id_ = hazard_at("cow", HELSINKI, timezone.now() - timedelta(minutes=9), witnesses=1)
    verdict_give(hazard_id=id_, decision=Ruling.CONFIRM)
    vote_give(hazard_id=id_, account_id=person("ann").pk, stands=False)
    page = shown(client, f"/hazards/{id_}/")
    words = [re.sub("<.*?>", " ", one) for one in re.findall("<tr>.*?</tr>", page)[1:]]
    told = [re.sub(r"\s+", " ", one).strip() for one in words]
    causes = ["Drive 1 saw it", "A moderator", "People who passed by", "All of it", "Now, faded"]
    assert [row[: len(cause)] for cause, row in zip(causes, told, strict=True)] == causes
    above = re.search(r"There now: [a-z ]+, (\d+)\s%", page)[1]
    assert told[-1].endswith(f" {above} %")


def test_a_hazard_that_is_over_has_a_page_that_nobody_indexes(client):
    id_ = put_hazard(*HELSINKI, state=State.EXPIRED)
    page = shown(client, f"/hazards/{id_}/")
    assert "No longer on the map" in page
    assert '<meta name="robots" content="noindex">' in page


def test_a_label_cannot_break_out_of_linked_data():
    written = linked_data({"name": "</script><b>&\u2028"})
    assert written.count("<") == 2
    assert json.loads(re.search(">(.*)<", written)[1])["name"] == "</script><b>&\u2028"


def test_an_area_says_whether_anybody_has_looked(client):
    page = shown(client, f"/area/{AREA}/")
    assert "an empty list says nothing about the road" in page
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    looks = [
        Look(cell=cell(*HELSINKI, 10), witness=number, hour=hour, last_at=hour, told=True)
        for number in range(3)
    ]
    Look.objects.bulk_create(looks[:2])
    page = shown(client, f"/area/{AREA}/")
    assert "fewer than three drivers in the last 7 days" in page
    assert "somebody has looked" in page
    looks[2].save()
    assert "3 drivers in the last 7 days" in shown(client, f"/area/{AREA}/")
    id_ = put_hazard(*HELSINKI)
    put_hazard(0, 0)
    for _ in cells_rebuild():
        pass
    page = shown(client, f"/area/{AREA}/")
    assert ids_in(page) == [str(id_)]
    assert f"/area/{parent(int(AREA, 16), 6):x}/" in page
    assert len(re.findall(r"<li><a href=\"/area/", page)) == 13
    assert "0.9 hazards expected" in page
    Look.objects.all().delete()
    page = shown(client, f"/area/{AREA}/")
    assert ids_in(page) == [str(id_)]
    assert "Nobody is known to have driven here" not in page, "somebody has seen the hazard"


def test_every_area_of_the_site_has_few_statements(client):
    for number in range(20):
        put_hazard(HELSINKI[0] + number / 1e4, HELSINKI[1])
    counts = set()
    for res in range(4, 11):
        with CaptureQueriesContext(connection) as queries:
            shown(client, f"/area/{cell(*HELSINKI, res):x}/")
        counts.add(len(queries))
    assert max(counts) <= 4


@pytest.mark.parametrize("name", ["zz", "841126dffffffff0", AREA.upper(), "8011fffffffffff", "-1"])
def test_what_is_no_area_is_not_found(client, name):
    for rest in ["", "feed.rss", "feed.geojson"]:
        assert client.get(f"/area/{name}/{rest}").status_code == 404


def test_the_list_filters_sorts_and_pages(client):
    now = timezone.now()
    cow = put_hazard(*HELSINKI, "cow", p=0.6, last_seen=now, severity=3)
    ages = {"first_seen": now - timedelta(hours=3)}
    half_an_hour_ago = ages | {"last_seen": now - timedelta(minutes=30)}
    earlier = ages | {"last_seen": now - timedelta(minutes=100), "published": False}
    cone = put_hazard(25.0, 60.2, "cone", p=0.9, severity=1, **half_an_hour_ago)
    lone = put_hazard(24.9, 60.1, "cone", p=0.3, witnesses=1, **earlier)
    gone = put_hazard(24.9, 60.1, "deer", state=State.CLEARED)
    cow, cone, lone, gone = map(str, (cow, cone, lone, gone))

    def asked(**params):
        return ids_in(shown(client, "/list/", **params))

    assert asked() == [cow, cone, lone]
    assert asked(sort="likely") == [cone, cow, lone]
    assert asked(sort="severe")[0] == cow
    assert asked(kind="cone") == asked(kind="construction") == [cone, lone]
    assert asked(kind=["cow", "construction"]) == [cow, cone, lone]
    assert asked(since="1h") == [cow, cone]
    assert asked(confidence="0.5") == [cow, cone]
    assert asked(state="confirmed") == [cow, cone]
    assert asked(state="unconfirmed") == [lone]
    assert asked(state="over") == [gone]
    assert asked(near="60.2, 25.0", radius_km=1) == [cone]
    assert asked(near="60.2, 25.0") == asked(near="60.2, 25.0", sort="near") == [cone, cow, lone]
    assert asked(near="60.2, 25.0", sort="new") == [cow, cone, lone]
    assert asked(near=AREA) == [cow]
    assert asked(bbox="24.8,60.0,24.92,60.15") == [lone]
    page = shown(client, "/list/", bbox="10,10,11,11")
    assert "Nothing on the map is like that" in page


def test_the_list_has_pages(client):
    for number in range(53):
        put_hazard(number / 10, 50)
    first = shown(client, "/list/", kind="cow")
    assert "53 hazards" in first
    assert len(ids_in(first)) == 50
    assert 'href="?kind=cow&amp;page=2"' in first
    second = shown(client, "/list/", kind="cow", page=2)
    assert len(set(ids_in(second)) - set(ids_in(first))) == 3


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"near": "over there"}, "No town or street that we know"),
        ({"near": "91, 0"}, "No town or street that we know"),
        ({"bbox": "1,2,3"}, "west,south,east,north"),
        ({"near": "1, 2", "bbox": "0,0,1,1"}, "not for both"),
        ({"kind": "dragon"}, "dragon"),
        ({"page": "0"}, "page"),
        ({"page": "99999999999999999999"}, "page"),
    ],
)
def test_the_list_says_what_it_does_not_understand(client, params, words):
    page = shown(client, "/list/", status=400, **params)
    assert words in page
    assert ids_in(page) == []


def test_the_list_has_few_statements(client):
    for number in range(60):
        put_hazard(number / 10, 50)
    with CaptureQueriesContext(connection) as queries:
        shown(client, "/list/")
    assert len(queries) == 2  # hazards, work zones


def test_feeds_change_only_with_the_map_and_say_what_they_leave_out(client, monkeypatch):
    id_ = put_hazard(*HELSINKI)
    put_hazard(0, 0)
    rss = client.get(f"/area/{AREA}/feed.rss")
    items = _tree(rss.content).findall("channel/item")
    assert [item.findtext("link") for item in items] == [f"http://testserver/hazards/{id_}/"]
    point = items[0].findtext("{http://www.georss.org/georss}point")
    assert [float(part) for part in point.split()] == pytest.approx([HELSINKI[1], HELSINKI[0]])
    geojson = client.get(f"/area/{AREA}/feed.geojson")
    (feature,) = geojson.json()["features"]
    assert feature["id"] == str(id_)
    told = feature["properties"]
    assert (told["p"], told["group"], told["state"], told["passes"]) == (
        0.9,
        "wildlife",
        "active",
        2,
    )
    assert "probability" not in told, "or it would change with each reading"
    assert all(told[name].endswith("Z") for name in ("t", "first_seen", "last_seen", "expires_at"))
    for answer in [rss, geojson]:
        address = answer.request["PATH_INFO"]
        assert "max-age=30" in answer["Cache-Control"]
        again = client.get(address, headers={"If-None-Match": answer["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    put_hazard(*HELSINKI, "cone")
    for answer in [rss, geojson]:
        address = answer.request["PATH_INFO"]
        again = client.get(address, headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 200
        assert again["ETag"] != answer["ETag"]
    for most, told in ((2, (2, False)), (1, (1, True))):
        monkeypatch.setattr(feeds, "ENTRIES", most)
        items = _tree(client.get(rss.request["PATH_INFO"]).content).findall("channel/item")
        assert len(items) == most
        area = client.get(geojson.request["PATH_INFO"]).json()
        assert (len(area["features"]), area["more"]) == told


def test_a_feed_without_entries_does_not_change_by_itself(client):
    address = f"/area/{AREA}/feed.rss"
    empty = client.get(address)
    built = _tree(empty.content).findtext("channel/lastBuildDate")
    assert built == "Thu, 01 Jan 1970 00:00:00 +0000"
    time.sleep(1.1)  # its times have whole seconds
    assert client.get(address, headers={"If-None-Match": empty["ETag"]}).status_code == 304
    put_hazard(*HELSINKI)
    there = client.get(address, headers={"If-None-Match": empty["ETag"]})
    assert "1970" not in _tree(there.content).findtext("channel/lastBuildDate")


@pytest.mark.parametrize("kind", ["rss", "geojson"])
def test_caches_keep_the_languages_of_a_feed_apart(client, kind):
    put_hazard(*HELSINKI, "cone")
    address = f"/area/{AREA}/feed.{kind}"
    english = client.get(address)
    client.cookies["django_language"] = "de"
    german = client.get(address, headers={"If-None-Match": english["ETag"]})
    assert german.status_code == 200
    assert "leitkegel" in german.content.decode().lower()
    again = client.get(address, headers={"If-None-Match": german["ETag"]})
    assert again.status_code == 304
    for answer in (english, german, again):
        assert "public" in answer["Cache-Control"]
        assert {"Cookie", "Accept-Language"} <= set(answer["Vary"].split(", "))


def test_a_feed_says_in_which_language_it_is(client):
    for language in ("en", "de"):
        client.cookies["django_language"] = language
        rss = _tree(client.get(f"/area/{AREA}/feed.rss").content)
        assert rss.findtext("channel/language") == language


def test_an_address_may_not_read_feeds_without_end(client, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    answers = {client.get(f"/area/{AREA}/feed.rss").status_code for _ in range(121)}
    assert answers == {200, 429}


def test_search_engines_find_what_is_confirmed(client):
    id_ = put_hazard(*HELSINKI)
    zone = put_zone(HELSINKI, (HELSINKI[0] + 0.01, HELSINKI[1]))
    put_hazard(1, 1, published=False)
    robots = shown(client, "/robots.txt")
    assert "Disallow: /account/" in robots
    address = re.search("Sitemap: http://testserver(.*)", robots)[1]
    tree = _tree(shown(client, address))
    pages = [one.text for one in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    root = "http://testserver/"
    assert pages == [root, f"{root}list/", f"{root}drive/", f"{root}prices/", f"{root}about/",
                     f"{root}area/{AREA}/",
                     f"{root}workzones/{zone}/", f"{root}hazards/{id_}/"]  # fmt: skip
    for page in pages:
        assert client.get(page.removeprefix("http://testserver")).status_code == 200


def _tree(text):
    return ElementTree.fromstring(text)  # noqa: S314 - our own words


def _line_through(lon, lat):
    line = LineString((lon, lat - 0.001), (lon, lat + 0.001), srid=4326)
    line.transform(3857)
    return line
