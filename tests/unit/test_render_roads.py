"""Streets are joined, measured and picked the same way every time."""

import json

import numpy as np
import pytest

from detection.render.roads import LocalFrame, RoadsError, pick_section
from detection.render.street import Street
from tests.render_street import START, write_roads


def test_ways_are_joined_into_one_street_and_cut_to_length(tmp_path):
    roads = write_roads(tmp_path / "roads.geojson")
    found = [pick_section(roads, seed=seed, length_m=400.0) for seed in range(12)]
    section = max(found, key=lambda each: each.length_m)
    assert section.name == "Test Street"
    assert section.length_m == 400.0, "longer than either way alone"
    assert {each.length_m < 400.0 for each in found} == {True, False}
    steps = np.linalg.norm(np.diff(section.points_m, axis=0), axis=1)
    assert steps == pytest.approx(1.0, abs=0.02)


def test_the_same_seed_picks_the_same_section_whatever_the_order_of_the_file(tmp_path):
    roads = write_roads(tmp_path / "roads.geojson")
    turned = tmp_path / "turned.geojson"
    content = json.loads(roads.read_text())
    content["features"].reverse()
    turned.write_text(json.dumps(content))
    for seed in range(6):
        one = pick_section(roads, seed=seed, length_m=300.0)
        two = pick_section(turned, seed=seed, length_m=300.0)
        assert one.frame == two.frame
        assert np.array_equal(one.points_m, two.points_m)


def test_seeds_differ(tmp_path):
    roads = write_roads(tmp_path / "roads.geojson")
    frames = {pick_section(roads, seed=seed, length_m=300.0).frame for seed in range(12)}
    assert len(frames) > 1


def test_a_oneway_street_is_driven_its_way_only(tmp_path):
    roads = write_roads(tmp_path / "roads.geojson")
    content = json.loads(roads.read_text())
    for feature in content["features"]:
        feature["properties"]["other_tags"] = '"lanes"=>"1","oneway"=>"yes"'
    roads.write_text(json.dumps(content))
    for seed in range(8):
        points = pick_section(roads, seed=seed, length_m=300.0).points_m
        assert points[-1][1] > points[0][1]


@pytest.mark.parametrize("content", ["", "{}", '{"features": []}', '{"features": [1]}'])
def test_a_file_without_a_street_gives_one_clear_error(tmp_path, content):
    roads = tmp_path / "roads.geojson"
    roads.write_text(content)
    with pytest.raises(RoadsError):
        pick_section(roads, seed=1, length_m=300.0)


def test_footways_and_tunnels_are_no_streets(tmp_path):
    roads = write_roads(tmp_path / "roads.geojson")
    content = json.loads(roads.read_text())
    for feature in content["features"]:
        feature["properties"]["other_tags"] = '"tunnel"=>"yes"'
    roads.write_text(json.dumps(content))
    with pytest.raises(RoadsError, match="no driveable street"):
        pick_section(roads, seed=1, length_m=300.0)


def test_metres_and_degrees_agree_with_the_ellipsoid():
    pyproj = pytest.importorskip("pyproj")
    frame = LocalFrame(*START)
    geod = pyproj.Geod(ellps="WGS84")
    for east, north in ((300.0, 0.0), (0.0, 300.0), (-200.0, 250.0)):
        lon, lat = frame.to_lonlat(east, north)
        _, _, distance = geod.inv(*START, lon, lat)
        assert distance == pytest.approx(np.hypot(east, north), abs=0.05)


def test_street_coordinates_go_there_and_back(tmp_path):
    section = pick_section(write_roads(tmp_path / "roads.geojson"), seed=1, length_m=300.0)
    street = Street(section, lane_m=3.4, kerb_m=5.7, wall_m=9.0)
    for along, right in ((10.0, 1.7), (150.0, -5.0), (280.0, 8.0)):
        east, north = street.at(along, right)
        found = street.locate(np.array([[east]], np.float32), np.array([[north]], np.float32))
        assert float(found[0][0, 0]) == pytest.approx(along, abs=0.3)
        assert float(found[1][0, 0]) == pytest.approx(right, abs=0.15)
