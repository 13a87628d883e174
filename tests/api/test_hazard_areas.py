"""Questions about areas of every shape, with every filter, and how bad ones are refused."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import h3
import pytest
from django.utils import timezone

from hazardmap.core.geometry.geodesy import moved
from tests.asked import WORLD, ask, billed, every_page, ids, polygon, post
from tests.map_scene import put_hazard
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)
SQUARE = [[24.9, 60.1], [25.0, 60.1], [25.0, 60.2], [24.9, 60.2], [24.9, 60.1]]


def at(lon: float, lat: float, radius_m: float) -> dict[str, float]:
    return {"lon": lon, "lat": lat, "radius_m": radius_m}


@pytest.mark.parametrize("place", [HELSINKI, (180.0, -17.0), (12.0, 89.9995)])
def test_a_circle_ends_at_its_radius(client, key, place):
    put_hazard(*place)
    for bearing_deg in (0.0, 100.0, 200.0, 300.0):
        near, far = (moved(*place, bearing_deg, off_m)[:2] for off_m in (499.9, 500.1))
        assert len(ids(ask(client, key.token, **at(*near, 500)))) == 1
        assert ids(ask(client, key.token, **at(*far, 500))) == []
    assert len(ids(ask(client, key.token, **at(*place, 0)))) == 1
    assert len(ids(ask(client, key.token, **at(-place[0], -place[1], 20_004_000)))) == 1


def test_a_cell_holds_what_belongs_to_it(client, key):
    inside = put_hazard(*HELSINKI)
    put_hazard(25.94, 60.17)
    for res in (0, 4, 10):
        cell = h3.cell_to_parent(h3.latlng_to_cell(60.17, 24.94, 10), res)
        assert inside in ids(ask(client, key.token, cell=cell))
        assert len(ids(ask(client, key.token, cell=cell))) == (2 if res == 0 else 1)
        for neighbour in set(h3.grid_ring(cell, 1)):
            assert inside not in ids(ask(client, key.token, cell=neighbour))


def test_a_polygon_has_holes_and_parts(client, key):
    inside, in_hole, across = put_hazard(24.91, 60.11), put_hazard(*HELSINKI), put_hazard(180, 1)
    put_hazard(24.91, 60.21)
    hole = [[24.93, 60.16], [24.93, 60.18], [24.95, 60.18], [24.95, 60.16], [24.93, 60.16]]
    fiji = [[179.0, 0.0], [-179.0, 0.0], [-179.0, 2.0], [179.0, 2.0], [179.0, 0.0]]
    assert ids(post(client, key.token, "in-region", polygon(SQUARE, hole))) == [inside]
    both = {"type": "MultiPolygon", "coordinates": [[SQUARE], [fiji]]}
    feature = {"type": "Feature", "properties": {}, "geometry": both}
    found = [ids(post(client, key.token, "in-region", body)) for body in (both, feature)]
    assert found[0] == found[1] == sorted([inside, in_hole, across])
    assert billed()[-1] == 3


def test_a_polygon_as_large_as_the_world_is_answered_page_by_page(client, key):
    put = sorted(put_hazard(lon, 50) for lon in range(-175, 176, 25))
    world = [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]
    first = post(client, key.token, "in-region", polygon(world), limit=4, kind="cow")
    pages = every_page(client, key.token, first, polygon(world))
    assert [id_ for page in pages for id_ in ids(page)] == put


@pytest.mark.parametrize(
    ("ring", "rule"),
    [
        (SQUARE[:-1], "ends at [24.9, 60.2]"),
        (SQUARE[:3], "needs four positions"),
        ([[24, 60], [25, 61], [25, 60], [24, 61], [24, 60]], "near [24.5, 60.5]: self-inter"),
        ([[60, 124], [61, 124], [61, 125], [60, 125], [60, 124]], "order is longitude, latitude"),
        ([[200, 60], *SQUARE[1:4], [200, 60]], "position 0 of a ring (200, 60) is no position"),
        ([[24.9, None], *SQUARE[1:]], "must be numbers"),
        ([[24.9], *SQUARE[1:]], "must be [longitude, latitude]"),
        ([[1e999, 0], *SQUARE[1:]], None),
        ([[0, 80], [120, 80], [-120, 80], [0, 80]], "around a pole"),
        ([[n / 1000, 0] for n in range(10_001)], "at most 10000"),
        ("x", "needs four positions"),
    ],
)
def test_a_broken_polygon_is_refused_with_the_place_named(client, key, ring, rule):
    answer = post(client, key.token, "in-region", polygon(ring))
    assert_problem(answer, 400, *(("#", rule) if rule else ()))
    assert billed() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400),
        (b"NaN", 400),
        (b'{"type": "Polygon", "coordinates": [[[Infinity, 1]]]}', 400),
        (b'{"type": "Polygon", "coordinates": [[[1e999, 1], [0, 0], [0, 1], [1e999, 1]]]}', 400),
        (b"\xff\xfe", 400),
        (b'"\\ud800"', 400),
        (b"[" + b" " * 10_000_000 + b"]", 413),
    ],
)
@pytest.mark.parametrize("path", ["in-region", "along-route"])
def test_what_is_no_geometry_is_refused(client, key, path, body, status):
    assert_problem(post(client, key.token, path, body), status)
    media = client.post(
        f"/api/v1/hazards/{path}",
        b"x",
        content_type="text/plain",
        headers={"Authorization": f"Bearer {key.token}"},
    )
    assert_problem(media, 415)
    assert media.json()["detail"].endswith("Send application/json or application/geo+json.")


GEOMETRIES = {
    "in-region": {"type": "Polygon", "coordinates": [SQUARE]},
    "along-route": {"type": "LineString", "coordinates": [[24.94, 60.16], [24.94, 60.18]]},
}


@pytest.mark.parametrize("path", GEOMETRIES)
def test_what_programs_save_as_geojson_is_taken(client, key, path):
    put = put_hazard(*HELSINKI)
    geometry = GEOMETRIES[path]
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    saved = {"type": "FeatureCollection", "features": [feature]}
    for body in (geometry, feature, saved):
        sent = post(client, key.token, path, body, media_type="application/geo+json")
        assert ids(sent) == ids(post(client, key.token, path, body)) == [put]
    for features in ([], [feature, feature], None):
        several = saved | {"features": features}
        refused = post(client, key.token, path, several)
        assert_problem(refused, 400, "#", "exactly one Feature")


@pytest.mark.parametrize(
    ("params", "field", "rule"),
    [
        ({}, "bbox", "one of the three"),
        ({"bbox": WORLD, "cell": "8a1126d00007fff"}, "cell", "one of the three"),
        ({"bbox": WORLD, "lon": 1}, "radius_m", "one of the three"),
        ({"lon": 1, "radius_m": 5}, "lat", "missing"),
        ({"lon": "1_0", "lat": 0, "radius_m": 5}, "lon", "-180 to 180"),
        (at(181, 0, 5), "lon", "-180 to 180"),
        (at(0, 90.1, 5), "lat", "-90 to 90"),
        (at(0, 0, -1), "radius_m", "number from 0"),
        ({"lon": "nan", "lat": 0, "radius_m": 5}, "lon", "-180 to 180"),
        ({"lon": 0, "lat": 0, "radius_m": "inf"}, "radius_m", "number from 0"),
        ({"cell": "zz"}, "cell", "H3, resolution 0 to 10"),
        ({"cell": "8b1126d00000fff"}, "cell", "H3, resolution 0 to 10"),
        ({"cell": "f" * 40}, "cell", "H3, resolution 0 to 10"),
        ({"cell": "-1"}, "cell", "H3, resolution 0 to 10"),
        ({"bbox": "124.9,60.1,125,120"}, "bbox", "latitudes"),
        ({"bbox": "60,124,61,125"}, "bbox", "order is longitude, latitude"),
        ({"bbox": WORLD, "kind": "unicorn"}, "kind", "groups construction, obstacle, wildlife and"),
        ({"bbox": WORLD, "min_probability": "1.1"}, "min_probability", "0 to 1"),
        ({"bbox": WORLD, "min_severity": "4"}, "min_severity", "1 to 3"),
        ({"bbox": WORLD, "max_age_s": "x"}, "max_age_s", "must be a number"),
        ({"bbox": WORLD, "seen_from": "2026-01-01"}, "seen_from", "with its zone"),
        ({"bbox": WORLD, "seen_from": "0001-01-01T00:00Z"}, "seen_from", "with its zone"),
        ({"bbox": WORLD, "min_probabilty": "0.5"}, "min_probabilty", "mean min_probability?"),
        ({"box": WORLD}, "box", "did you mean bbox?"),
        (
            {"bbox": WORLD, "seen_from": "2026-02-01T00:00Z", "seen_to": "2026-01-01T00:00Z"},
            "seen_to",
            "before seen_from",
        ),
    ],
)
def test_each_wrong_parameter_is_named(client, key, params, field, rule):
    assert_problem(ask(client, key.token, **params), 400, field, rule)


def test_probabilities_fade_before_they_are_compared(client, key):
    now = timezone.now()
    half = {"t_ref": now - timedelta(hours=1), "half_life_s": 3600.0}
    faded, fresh = put_hazard(1, 1, p=0.9, **half), put_hazard(1, 1, p=0.5)
    ancient = put_hazard(1, 1, p=0.9, t_ref=now - timedelta(days=3000), half_life_s=1.0)
    found = {
        bound: ids(ask(client, key.token, bbox=WORLD, min_probability=bound))
        for bound in (0, 0.44, 0.46, 0.51)
    }
    assert found == {0: [faded, fresh, ancient], 0.44: [faded, fresh], 0.46: [fresh], 0.51: []}


def test_severity_age_and_the_time_between_sightings(client, key):
    now = timezone.now()

    def put(first_min: int, last_min: int, severity: int = 1) -> UUID:
        return put_hazard(
            1,
            1,
            severity=severity,
            first_seen=now - timedelta(minutes=first_min),
            last_seen=now - timedelta(minutes=last_min),
        )

    def found(**params: Any) -> list[UUID]:
        return ids(ask(client, key.token, bbox=WORLD, **params))

    def ago(minutes: int) -> str:
        return (now - timedelta(minutes=minutes)).isoformat()

    old, long, new = put(60, 50), put(60, 5, severity=3), put(10, 5, severity=2)
    assert found(min_severity=2) == [long, new]
    assert found(max_age_s=600) == [long, new]
    assert found(seen_from=ago(40), seen_to=ago(20)) == [long]
    assert found(seen_from=ago(55)) == [old, long, new]
    assert found(seen_from=ago(55).replace("+", " ")) == [old, long, new], "a + that means a space"
    assert found(seen_to=ago(20)) == [old, long]
    assert found(seen_to=ago(70)) == []


def test_an_answer_says_how_old_the_map_is(client, key):
    put_hazard(1, 1)
    body = ask(client, key.token, bbox=WORLD).json()
    assert body["data_age_s"] is None, "put there without an event"
    assert body["as_of"].endswith("Z")


def test_what_is_made_up_can_be_left_out_or_asked_for_alone(client, key):
    real, made = put_hazard(*HELSINKI), put_hazard(*HELSINKI, simulated=True)
    way = {"type": "LineString", "coordinates": [[24.94, 60.16], [24.94, 60.18]]}
    ahead = {"lon": 24.94, "lat": 60.165, "heading_deg": 0, "speed_mps": 20}
    asked = [
        lambda **which: ask(client, key.token, bbox=WORLD, **which),
        lambda **which: post(client, key.token, "in-region", polygon(SQUARE), **which),
        lambda **which: post(client, key.token, "along-route", way, **which),
        lambda **which: ask(client, key.token, "hazards/ahead", **ahead, **which),
    ]
    for question in asked:
        assert ids(question(simulated="false")) == [real]
        assert ids(question(simulated="true")) == [made]
        assert sorted(ids(question())) == [real, made]
    exported = ask(client, key.token, "hazards/export", bbox=WORLD, simulated="false").getvalue()
    assert str(real) in exported.decode()
    assert str(made) not in exported.decode()


def test_groups_stand_for_their_kinds(client, key):
    cow, cone, _ = (put_hazard(1, 1, kind) for kind in ("cow", "cone", "pothole"))
    assert ids(ask(client, key.token, bbox=WORLD, kind="wildlife")) == [cow]
    assert ids(ask(client, key.token, bbox=WORLD, kind="wildlife,cone")) == [cow, cone]
