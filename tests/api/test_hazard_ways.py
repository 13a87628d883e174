"""Hazards along a route and ahead of a vehicle: in order, on which side, and seen how."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hazardmap.core.selling.usage import Meter
from tests.asked import EAST, START, ask, billed, every_page, ids, line, on, post, vehicle
from tests.map_scene import put_hazard
from tests.moderation_scene import hazard_at
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db


def test_hazards_come_in_the_order_of_the_route_with_their_side(client, key):
    far, near = put_hazard(*on(4000, -12)), put_hazard(*on(1000, 12))
    middle = put_hazard(*on(2500, 3), radius_m=5.0)
    put_hazard(*on(3000, 31))
    put_hazard(*on(5031))
    answer = post(client, key.token, "along-route", EAST, corridor_m=30)
    assert ids(answer) == [near, middle, far]
    said = [feature["properties"] for feature in answer.json()["features"]]
    assert [one["distance_m"] for one in said] == pytest.approx([1000, 2500, 4000], abs=0.01)
    assert [one["offset_m"] for one in said] == pytest.approx([12, 3, -12], abs=0.01)
    assert [one["side"] for one in said] == ["right", "on", "left"]
    assert {one["heading_match"] for one in said} == {"unknown"}
    assert answer.json()["length_m"] == pytest.approx(5000, abs=0.01)
    assert (billed(), billed(Meter.ROUTE)) == ([3], [1])
    cost = answer.json()["cost"]
    assert (cost["meter"], cost["units"], cost["beside"]) == ("hazard", 3, {"route": 1})


def test_a_polyline_says_the_same_as_its_positions(client, key):
    """The example of the format's own documentation."""
    text = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    positions = [(-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252)]
    cow = put_hazard(*positions[1])
    for body in ({"polyline": text}, line(*positions)):
        first = post(client, key.token, "along-route", body)
        pages = [ids(page) for page in every_page(client, key.token, first, body)]
        assert [id_ for page in pages for id_ in page] == [cow]
        assert len(pages) == 8, "of 100 km each"
        priced = post(client, key.token, "along-route", body, explain="cost").json()
        assert (priced["units"], priced["beside"]) == (1, {"route": 8})


def test_following_next_visits_every_hazard_of_a_route_once(client, key):
    put = [put_hazard(*on(n * 100, 5 - n)) for n in range(12)]
    same_place = sorted(put_hazard(*on(1150)) for _ in range(5))
    beyond = sorted(put_hazard(*on(5010, n)) for n in range(5))
    first = post(client, key.token, "along-route", EAST, limit=3)
    pages = every_page(client, key.token, first, EAST)
    assert [id_ for page in pages for id_ in ids(page)] == put + same_place + beyond
    priced = post(client, key.token, "along-route", EAST, limit=3, explain="cost").json()
    assert (priced["units"], priced["beside"]) == (22, {"route": len(billed(Meter.ROUTE))})


def test_a_hazard_is_told_from_one_for_the_other_direction(client, key):
    """Both who saw it drove north."""
    hazard = hazard_at("cow", START, timezone.now() - timedelta(minutes=5))
    south, north = (START[0], START[1] - 0.01), (START[0], START[1] + 0.01)
    west, east = (START[0] - 0.01, START[1]), (START[0] + 0.01, START[1])
    for expected, way in [
        ("same", line(south, north)),
        ("opposite", line(north, south)),
        ("crossing", line(west, east)),
    ]:
        answer = post(client, key.token, "along-route", way)
        assert ids(answer) == [hazard]
        assert answer.json()["features"][0]["properties"]["heading_match"] == expected
    forwards = ask(client, key.token, "hazards/ahead", **vehicle(south, 0.0))
    assert forwards.json()["features"][0]["properties"]["heading_match"] == "same"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (line(START), "two different positions"),
        (line(START, START), "two different positions"),
        (line(), "two different positions"),
        (line(START, (60.17, 124.94)), "position 1 has latitude 124.94, beyond"),
        (line(*([START] * 20_001)), "at most 20000"),
        (line((0, 0), (19, 0)), "at most 2000 km"),
        ({"type": "Polygon", "coordinates": []}, "LineString"),
        ({"polyline": 7}, "must be a text"),
        ({"polyline": "_p~iF~ps|U_ulLnnqC_mqNvxq`"}, "middle of a position"),
        ({"polyline": "é"}, "no encoded polyline"),
        ({"polyline": "", "precision": 7}, "5 or 6"),
        ([], "GeoJSON object"),
        (None, "GeoJSON object"),
    ],
)
def test_a_broken_route_is_refused(client, key, body, rule):
    assert_problem(post(client, key.token, "along-route", body), 400, "#", rule)


def test_a_route_that_winds_too_much_is_refused(client, key, monkeypatch):
    """Its work would grow with positions times hazards."""
    monkeypatch.setattr("hazardmap.core.geometry.route._MOST_PAIRS", 5_000)
    for n in range(20):
        put_hazard(*on(n))
    straight, winding = line(START, on(900)), line(*(on(n % 2 * 90, n / 10) for n in range(500)))
    assert len(ids(post(client, key.token, "along-route", straight))) == 20
    refused = post(client, key.token, "along-route", winding, corridor_m=500)
    assert_problem(refused, 400, "#", "winds too much")


def test_what_is_ahead_comes_nearest_first(client, key):
    far, near = put_hazard(*on(1900, 400)), put_hazard(*on(500, -60), kind="cone")
    put_hazard(*on(500, 300))
    put_hazard(*on(-100))
    put_hazard(*on(2010))
    answer = ask(client, key.token, "hazards/ahead", **vehicle(START, 90.0))
    assert ids(answer) == [near, far]
    assert answer.json()["matched"] == 2
    first, second = (feature["properties"] for feature in answer.json()["features"])
    assert first["distance_m"] == pytest.approx(503.6, abs=0.1)
    assert first["seconds_away"] == pytest.approx(25.2, abs=0.1)
    assert (first["side"], second["side"]) == ("left", "right")
    one = ask(client, key.token, "hazards/ahead", **vehicle(START, 90.0), limit=1)
    assert (ids(one), one.json()["matched"]) == ([near], 2)
    cones = ask(client, key.token, "hazards/ahead", **vehicle(START, 90.0), kind="cone")
    assert ids(cones) == [near]
    backwards = ask(client, key.token, "hazards/ahead", **vehicle(START, 270.0))
    assert len(ids(backwards)) == 1
    still = ask(client, key.token, "hazards/ahead", **vehicle(START, 90.0, speed_mps=0.0))
    assert ids(still) == []
    assert (billed(), billed(Meter.ROUTE)) == ([2, 1, 1, 1], [1] * 5)


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"heading_deg": 361}, "heading_deg", "0 to 360"),
        ({"heading_deg": "nan"}, "heading_deg", "0 to 360"),
        ({"speed_mps": -1}, "speed_mps", "0 to 100"),
        ({"speed_mps": 100, "horizon_s": 600}, "horizon_s", "60000 m"),
        ({"heading": 1}, "heading", "did you mean heading_deg?"),
    ],
)
def test_wrong_numbers_of_a_vehicle_are_named(client, key, change, field, rule):
    asked = vehicle(START, 90.0) | change
    assert_problem(ask(client, key.token, "hazards/ahead", **asked), 400, field, rule)


def test_a_vehicle_needs_a_place_a_heading_and_a_speed(client, key):
    answer = ask(client, key.token, "hazards/ahead")
    named = {error["parameter"] for error in answer.json()["errors"]}
    assert named == {"lon", "lat", "heading_deg", "speed_mps"}
