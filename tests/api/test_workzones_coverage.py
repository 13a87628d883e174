"""Work zones and coverage over HTTP: by area, page by page, and across the antimeridian."""

from datetime import timedelta
from itertools import pairwise

import h3.api.basic_int as h3
import pytest
from django.utils import timezone

from hazardmap.core.answers.feature import timestamp
from hazardmap.core.geometry.geodesy import moved
from hazardmap.hazards.models import Look
from tests.asked import WORLD, ask, billed, every_page, ids
from tests.map_scene import around, looked_at, put_zone
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)
NORTH = (24.94, 60.1727)


def test_work_zones_of_an_area(client, key):
    here, there = put_zone(HELSINKI, NORTH), put_zone((179.999, -17.0), (-179.999, -17.0))
    ago = timezone.now() - timedelta(hours=1)
    unsure = put_zone(HELSINKI, NORTH, p=0.4)
    ended = put_zone(HELSINKI, NORTH, started_at=ago, last_seen=ago, ended_at=timezone.now())
    answer = ask(client, key.token, "workzones", bbox="24,60,25,61", min_probability=0.5)
    assert ids(answer) == [here]
    (feature,) = answer.json()["features"]
    assert feature["geometry"]["coordinates"] == [list(HELSINKI), list(NORTH)]
    said = feature["properties"]
    assert said["started_at"] < said["last_seen"] < said["ends_earliest"] < said["ends_at"]
    assert said["ends_at"] < said["ends_latest"]
    assert len(said["devices"]) == said["kinds"]["cone"] == 3
    assert said["severity"] == 1, "a cone's, as in tiles and DATEX II"
    (across,) = ask(client, key.token, "workzones", bbox="179,-18,-179,-16").json()["features"]
    assert across["id"] == str(there)
    assert across["geometry"]["type"] == "MultiLineString"
    assert [part[0][0] for part in across["geometry"]["coordinates"]] == [179.999, -180.0]
    since = {"ended_since": ago.isoformat()}
    assert ids(ask(client, key.token, "workzones", **since)) == [here, there, unsure, ended]
    sure = ask(client, key.token, "workzones", min_probability=0.5, **since)
    assert ids(sure) == [here, there, ended], "who asks for what is sure is told of ends, too"
    over = ask(client, key.token, f"workzones/{ended}").json()["properties"]
    assert (over["probability"], over["ends_at"]) == (0.0, over["ended_at"])
    assert billed() == [1, 1, 4, 3, 1]
    assert_problem(ask(client, key.token, f"workzones/{HELSINKI}"), 404)
    assert_problem(
        ask(client, key.token, "workzones", min_probabilty=1),
        400,
        "min_probabilty",
        "did you mean min_probability",
    )


@pytest.mark.parametrize("lon", [24.94, 179.9995, -179.9995])
def test_work_zones_of_a_circle_and_of_a_cell(client, key, lon):
    """A zone is in an area as soon as a part of its line is."""
    start, end = (lon, 60.17), (lon + 0.004 if lon < 179 else lon + 0.004 - 360.0, 60.17)
    zone = put_zone(start, end)
    put_zone((lon, 61.17), (lon, 61.172))
    for bearing_deg, place in ((270.0, start), (90.0, end)):
        near, far = (moved(*place, bearing_deg, off_m)[:2] for off_m in (499.0, 501.0))
        for (there, lat), found in ((near, [zone]), (far, [])):
            asked = {"lon": there, "lat": lat, "radius_m": 500}
            assert ids(ask(client, key.token, "workzones", **asked)) == found
        for res in (0, 5, 10):
            cell = h3.latlng_to_cell(place[1], place[0], res)
            assert zone in ids(ask(client, key.token, "workzones", cell=f"{cell:x}"))
        beyond = h3.latlng_to_cell(far[1], far[0], 10)
        assert ids(ask(client, key.token, "workzones", cell=f"{beyond:x}")) == []
    around_both = {"lon": lon, "lat": 60.17, "radius_m": 200_000}
    assert len(ids(ask(client, key.token, "workzones", **around_both))) == 2
    said = ask(client, key.token, "workzones", **around_both, explain="cost").json()
    assert (said["units"], said["exact"]) == (2, True)
    assert billed()[-1] == 2
    wrong = ask(client, key.token, "workzones", lon=lon, lat=60.17)
    assert_problem(wrong, 400, "radius_m", "missing")
    wrong = ask(client, key.token, "workzones", bbox=WORLD, **around_both)
    assert_problem(wrong, 400, "bbox", "one of the three")


def test_made_up_work_zones_can_be_left_out_or_asked_for_alone(client, key):
    real, made = put_zone(HELSINKI, NORTH), put_zone(HELSINKI, NORTH, simulated=True)
    assert ids(ask(client, key.token, "workzones", simulated="false")) == [real]
    assert ids(ask(client, key.token, "workzones", simulated="true")) == [made]
    assert ids(ask(client, key.token, "workzones")) == [real, made]


def test_following_next_visits_every_work_zone_once(client, key):
    put = sorted(put_zone(HELSINKI, NORTH) for _ in range(5))
    seen, after = [], {}
    for size in (2, 2, 1):
        answer = ask(client, key.token, "workzones", limit=2, **after)
        assert len(ids(answer)) == size
        seen += ids(answer)
        after = {"after": str(seen[-1])}
    assert len(answer.json()["links"]) == 1
    assert seen == put


def covered(answer):
    assert answer.status_code == 200, answer.content
    return {feature["id"]: feature["properties"] for feature in answer.json()["features"]}


def test_coverage_says_where_when_and_how_often_somebody_looked(client, key):
    here = looked_at(HELSINKI)
    for witness in (1, 2, 3):
        looked_at(HELSINKI, witness=witness, ago=timedelta(days=2))
    looked_at(HELSINKI, witness=4, ago=timedelta(days=40))
    fiji = looked_at((179.9999, -17.0), (-179.9999, -17.0))
    found = covered(ask(client, key.token, "coverage", bbox="24.9,60.1,25,60.2"))
    assert set(found) == here
    assert [(one["passes"], one["witnesses"]) for one in found.values()] == [(4, 3)]
    since = (timezone.now() - timedelta(days=60)).isoformat()
    (whole,) = covered(ask(client, key.token, "coverage", bbox=WORLD, since=since)).keys() - fiji
    assert {whole} == here
    (old,) = covered(ask(client, key.token, "coverage", cell=whole, since=since)).values()
    assert (old["passes"], old["witnesses"]) == (5, 4)
    assert set(covered(ask(client, key.token, "coverage", bbox="179,-18,-179,-16"))) == fiji
    assert covered(ask(client, key.token, "coverage", bbox="0,0,1,1")) == {}
    assert billed() == []
    for wrong in ({}, {"bbox": WORLD, "cell": whole}):
        assert_problem(ask(client, key.token, "coverage", **wrong), 400, "bbox", "one of the two")


def test_who_looks_alone_cannot_be_followed(client, key):
    """Neither by asking for times nor by counting; and what is not told yet is not there."""
    now = timezone.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    looked_at(HELSINKI, ago=now - midnight + timedelta(hours=5, minutes=17))
    box = "24.9,60.1,25,60.2"
    yesterday = timestamp(midnight - timedelta(days=1))
    nobody = {"last_looked_at": yesterday, "passes": None, "witnesses": None}
    assert list(covered(ask(client, key.token, "coverage", bbox=box)).values()) == [nobody]
    for hour in range(24):
        since = (midnight - timedelta(hours=hour + 1)).isoformat()
        asked = covered(ask(client, key.token, "coverage", bbox=box, since=since))
        assert list(asked.values()) == [nobody], "whole days, so that no time can be guessed"
    looked_at(HELSINKI, ago=timedelta(), witness=2)
    assert list(covered(ask(client, key.token, "coverage", bbox=box)).values()) == [nobody]
    looked_at(HELSINKI, ago=timedelta(), witness=3)
    (many,) = covered(ask(client, key.token, "coverage", bbox=box)).values()
    hour = timestamp(now.replace(minute=0, second=0, microsecond=0))
    assert many == {"last_looked_at": hour, "passes": 3, "witnesses": 3}
    Look.objects.update(told=None)
    assert covered(ask(client, key.token, "coverage", bbox=box)) == {}


def test_outlines_go_against_the_clock_and_stay_on_one_side_of_the_antimeridian(client, key):
    looked_at(*((lon, -17.0 + n / 500) for n in range(20) for lon in (180.0, 24.0)))
    answer = ask(client, key.token, "coverage", bbox=WORLD).json()
    kinds = set()
    for feature in answer["features"]:
        geometry = feature["geometry"]
        kinds.add(geometry["type"])
        parts = geometry["coordinates"]
        for ring, *_ in parts if geometry["type"] == "MultiPolygon" else [parts]:
            assert ring[0] == ring[-1]
            assert max(lon for lon, _ in ring) - min(lon for lon, _ in ring) < 1.0
            pairs = pairwise(ring)
            assert sum(x * v - u * y for (x, y), (u, v) in pairs) > 0
    assert kinds == {"Polygon", "MultiPolygon"}


@pytest.mark.parametrize("bbox", ["24.9,60.15,24.98,60.19", "24.92,60.16,24.93,60.19"])
def test_every_covered_cell_of_a_box_comes_once(client, key, bbox):
    cells = looked_at(*around(HELSINKI, 3000.0, 150))
    west, south, east, north = map(float, bbox.split(","))
    expected = set()
    for text in cells:
        lat, lon = h3.cell_to_latlng(int(text, 16))
        if west <= lon <= east and south <= lat <= north:
            expected.add(text)
    first = ask(client, key.token, "coverage", bbox=bbox, limit=20)
    seen = [cell for page in every_page(client, key.token, first) for cell in covered(page)]
    assert expected
    assert len(expected) < len(cells)
    assert sorted(seen) == sorted(expected)
