"""Work zones on pages, in the list and for the map's script; places by their names."""

import re

import pytest

from hazardmap.web.places import Place, places_named
from tests.map_scene import put_hazard, put_zone

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)
LINE = ((24.9400, 60.1700), (24.9420, 60.1700))
FAR = ((24.9400, 60.2300), (24.9420, 60.2300))


def zones_in(page):
    found = re.findall(r'href="/workzones/([0-9a-f-]{36})/"', page)
    return list(dict.fromkeys(found))


def listed(client, **params):
    answer = client.get("/list/", params)
    assert answer.status_code == 200, answer.content[:500]
    return zones_in(answer.content.decode())


def test_the_nearest_work_zones_come_first_with_their_distance(client):
    # As many degrees away as the far one, but eastwards, where degrees are half as long here.
    east = put_zone((25.0, 60.17), (25.002, 60.17))
    far, near = put_zone(*FAR), put_zone(*LINE)
    answer = client.get("/map/workzones.json", {"at": "24.941,60.1705"}).json()
    assert [zone["id"] for zone in answer["zones"]] == [str(near), str(east), str(far)]
    away_m = [zone["distance_m"] for zone in answer["zones"]]
    assert away_m == [
        pytest.approx(56, abs=1),
        pytest.approx(3280, abs=20),
        pytest.approx(6630, abs=20),
    ]
    assert answer["zones"][0]["line"] == [list(place) for place in LINE]


def test_a_work_zone_beyond_the_antimeridian_is_near_however_many_there_are(client):
    for number in range(41):
        lon = 170.0 + number / 100
        put_zone((lon, 65.0), (lon + 0.002, 65.0))
    beyond = put_zone((-179.99, 65.0), (-179.98, 65.0))
    across = put_zone((179.98, 65.0), (180.005, 65.0))
    answer = client.get("/map/workzones.json", {"at": "179.99,65.0"}).json()
    assert [zone["id"] for zone in answer["zones"]][:2] == [str(across), str(beyond)]
    answer = client.get("/map/workzones.json", {"at": "-179.985,65.0"}).json()
    assert [zone["id"] for zone in answer["zones"]][:2] == [str(beyond), str(across)]


@pytest.mark.parametrize("at", ["", "1", "181,0", "0,91", "nan,0", "1,2,3", "a,b"])
def test_what_is_no_place_is_refused(client, at):
    answer = client.get("/map/workzones.json", {"at": at})
    assert answer.status_code == 400
    assert "longitude,latitude" in answer.json()["detail"]


def test_a_zone_has_a_page_and_tells_what_stands_along_it(client):
    cones = [put_hazard(*place, "cone") for place in LINE]
    zone = put_zone(*LINE, hazard_ids=tuple(cones))
    page = client.get(f"/workzones/{zone}/").content.decode()
    for words in [
        "Work zone",
        "There now",
        "Length along the road",
        "Seen less than 10 minutes ago",
    ]:
        assert words in page
    assert [page.index(f"/hazards/{id_}/") for id_ in cones] == sorted(
        page.index(f"/hazards/{id_}/") for id_ in cones
    )
    facts = client.get(f"/map/workzones/{zone}.json").json()
    assert [one["id"] for one in facts["devices"]] == [str(id_) for id_ in cones]
    assert facts["zone"]["devices"] == 2
    unknown = str(zone)[:-4] + "ffff"
    assert client.get(f"/workzones/{unknown}/").status_code == 404
    assert client.get(f"/map/workzones/{unknown}.json").status_code == 404


def test_work_zones_are_in_the_list_and_follow_its_filters(client):
    near, far = str(put_zone(*LINE, p=0.4)), str(put_zone(*FAR))
    assert set(listed(client)) == {near, far}
    assert listed(client, near="60.17, 24.94", radius_km=100) == [near, far]
    assert listed(client, near="60.17, 24.94", radius_km=1) == [near]
    away = client.get("/list/", {"near": "60.5, 24.94", "radius_km": 25}).content.decode()
    assert zones_in(away) == [far], "none is in the circle: the nearest, and how far it is"
    assert "None is as close as you asked" in away
    assert re.search(r"data-metres>30\.\d", away)
    assert listed(client, confidence="0.5") == [far]
    assert listed(client, kind="cone", bbox="24.9,60.2,25,60.3") == [far]
    assert listed(client, kind="deer") == []
    assert listed(client, state="over") == listed(client, state="unconfirmed") == []
    section = client.get("/map/hazards.json", {"bbox": "24.9,60.1,25,60.2"}).json()
    assert [zone["id"] for zone in section["zones"]] == [near]


def test_the_list_finds_a_place_by_its_name(client, monkeypatch):
    found = [Place("Helsinki", "FI", *HELSINKI), Place("Helsingborg", "SE", 12.7, 56.05)]
    monkeypatch.setattr("hazardmap.web.list_form.places_named", lambda text, limit: found)
    cow = put_hazard(*HELSINKI)
    page = client.get("/list/", {"near": "helsin", "sort": "near"}).content.decode()
    assert f"/hazards/{cow}/" in page
    assert "<b>Helsinki</b>, FI" in page
    assert 'href="?near=56.05,12.7&amp;sort=near"' in page


def test_towns_and_streets_are_found_without_accents_or_case():
    assert places_named("sao pau", limit=1)[0].name == "São Paulo"
    assert places_named("SÃO PAULO", limit=1)[0].name == "São Paulo"
    assert [place.about for place in places_named("paris, us", limit=2)] == ["US"]
    assert places_named("paris", limit=1)[0].about == "FR"
    assert places_named("x", limit=3) == []
    assert places_named("no such place at all", limit=3) == []
