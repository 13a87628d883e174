"""What the map's slider and search box fetch, and the pages that hold the map."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hazardmap.core.fusion.hazard import State
from hazardmap.hazards import history_selectors, mapping, models
from hazardmap.hazards.road_models import Road
from hazardmap.web import map_data, map_page
from tests.map_scene import hazard_row, made_up, put_hazard

pytestmark = pytest.mark.django_db
PLACE = (24.94, 60.17)
BOX = {"bbox": "24.9,60.1,25.0,60.2"}


def told(hazard, at, change="changed", **over):
    """An event as if it had been written then."""
    values = mapping.hazard_json(hazard) | over
    models.HazardEvent.objects.create(at=at, change=change, hazard_id=hazard.id, hazard=values)


def history(client, **query):
    answer = client.get("/map/history.json", BOX | query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_hazard_that_has_gone_has_its_states_in_order(client):
    then = timezone.now() - timedelta(hours=30)
    deer = made_up(*PLACE, "deer", state=State.EXPIRED, expires_at=then + timedelta(hours=2))
    hazard_row(deer).save(force_insert=True)
    told(deer, then, "appeared", state="active", p=0.7)
    told(deer, then + timedelta(hours=1), "published", state="active", p=0.9)
    told(deer, then + timedelta(hours=2), "removed")
    (found,) = history(client)["hazards"]
    assert found["id"] == str(deer.id)
    assert [(live, p) for _, live, _, p, *_ in found["states"]] == [
        (True, 0.7),
        (True, 0.9),
        (False, 0.9),
    ]
    assert [row[0] for row in found["states"]] == sorted(row[0] for row in found["states"])


def test_kinds_are_in_the_language_of_the_page(client):
    then = timezone.now() - timedelta(hours=30)
    cone = made_up(*PLACE, "cone", state=State.EXPIRED, expires_at=then + timedelta(hours=2))
    hazard_row(cone).save(force_insert=True)
    told(cone, then, "appeared", state="active", p=0.7)
    answer = client.get("/map/history.json", BOX, headers={"Accept-Language": "de"})
    assert [one["label"] for one in answer.json()["hazards"]] == ["Leitkegel"]


def test_what_went_before_the_last_days_or_lies_elsewhere_has_no_history(client):
    long_ago = timezone.now() - timedelta(days=8)
    old = made_up(*PLACE, state=State.CLEARED, expires_at=long_ago)
    far = made_up(30.0, 60.17)
    for hazard in (old, far):
        hazard_row(hazard).save(force_insert=True)
        told(hazard, long_ago, "appeared")
    assert history(client)["hazards"] == []


def test_a_history_is_bounded_and_says_so(client, monkeypatch):
    monkeypatch.setattr(map_data, "HISTORY_LIMIT", 1)
    monkeypatch.setattr(history_selectors, "MOST_STATES", 2)
    for _ in range(2):
        hazard = made_up(*PLACE)
        hazard_row(hazard).save(force_insert=True)
        for hours in (3, 2, 1):
            told(hazard, timezone.now() - timedelta(hours=hours), p=hours / 10)
    body = history(client)
    assert body["truncated"] is True
    (newest,) = body["hazards"]
    assert newest["id"] == str(hazard.id)
    assert [row[3] for row in newest["states"]] == [0.2, 0.1]


def test_a_bad_section_has_no_history(client):
    answer = client.get("/map/history.json", {"bbox": "1,2,3"})
    assert answer.status_code == 400
    assert "bbox" in answer.json()["detail"]


def test_streets_are_found_by_how_they_begin(client):
    line = "SRID=3857;LINESTRING({0} 8440000, {1} 8440000)"
    for osm_id, name, x in [
        (1, "Mannerheimintie", 2_776_000),
        (2, "Mannerheimintie", 2_777_000),  # the next piece of it
        (3, "Mannerheimintie", 2_900_000),  # in another town
        (4, "100%_katu", 2_776_000),
    ]:
        Road.objects.create(
            osm_id=osm_id, name=name, highway="primary", line=line.format(x, x + 500)
        )
    found = client.get("/map/search.json", {"q": "mannerheim"}).json()["streets"]
    assert [street["name"] for street in found] == ["Mannerheimintie"] * 2
    west, south, east, north = found[0]["bbox"]
    assert (west, east) == (pytest.approx(24.937, abs=0.01), pytest.approx(24.951, abs=0.01))
    assert 60 < south <= north < 61
    assert client.get("/map/search.json", {"q": "%nerheim"}).json()["streets"] == []
    assert len(client.get("/map/search.json", {"q": "100%_"}).json()["streets"]) == 1


def test_a_cell_is_found_by_its_index(client):
    cell = client.get("/map/search.json", {"q": "881126D365FFFFF"}).json()["cell"]
    assert (cell["index"], cell["resolution"]) == ("881126d365fffff", 8)
    assert len(cell["ring"]) == 7
    assert cell["ring"][0] == cell["ring"][-1]
    assert client.get("/map/search.json", {"q": "881126d365ffff0"}).json()["cell"] is None


@pytest.mark.parametrize("q", ["", "a", "x" * 81, "a\0b"])
def test_a_bad_question_is_a_problem_document(client, q):
    answer = client.get("/map/search.json", {"q": q})
    assert answer.status_code == 400
    assert "q must have" in answer.json()["detail"]


def test_a_section_names_the_cell_that_it_is_about(client):
    put_hazard(*PLACE)
    town = client.get("/map/hazards.json", {"bbox": "24.9,60.15,25.0,60.19"}).json()["cell"]
    world = client.get("/map/hazards.json", {"bbox": "-180,-85,180,85"}).json()["cell"]
    pacific = client.get("/map/hazards.json", {"bbox": "179.9,0,-179.8,0.1"}).json()["cell"]
    assert town.startswith("86")
    assert world is None
    assert client.get("/map/search.json", {"q": pacific}).json()["cell"]["ring"][0][0] > 179


def test_only_the_embedded_map_may_be_in_a_frame(client):
    page, embedded = client.get("/"), client.get("/embed/")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors *" in embedded["Content-Security-Policy"]
    assert "X-Frame-Options" not in embedded
    for answer in (page, embedded):
        assert "script-src 'self';" in answer["Content-Security-Policy"]
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert "geolocation=(self)" in answer["Permissions-Policy"]
    assert b"/login/" not in embedded.content


def test_the_policy_lets_in_what_settings_name_and_nothing_else(client, settings):
    settings.LIVE_ORIGIN = ""
    settings.BASEMAP = ("https://maps.example/style.json?v=1", "https://tiles.example")
    policy = client.get("/")["Content-Security-Policy"]
    assert "connect-src 'self' https://maps.example https://tiles.example;" in policy
    assert "img-src 'self' data: blob: https://maps.example https://tiles.example;" in policy
    assert "script-src 'self';" in policy
    settings.BASEMAP = ()
    answer = client.get("/")
    assert "connect-src 'self';" in answer["Content-Security-Policy"]
    assert f'data-live="{map_page.LIVE_PATH}"'.encode() in answer.content
