"""The line of a work zone as maps draw it, also where it crosses the antimeridian."""

import pytest

from hazardmap.core.answers.zone_feature import line_geometry


def test_a_line_stays_one():
    line = [(24.94, 60.17), (24.95, 60.17), (24.96, 60.18)]
    assert line_geometry(line) == {"type": "LineString", "coordinates": [list(p) for p in line]}


@pytest.mark.parametrize("way", [1, -1])
def test_a_line_across_the_antimeridian_is_cut_there(way):
    """At the latitude where it crosses; no map draws it around the world."""
    cut = line_geometry([(179.0, 10.0), (-179.0, 12.0)][::way])
    east, west = [[179.0, 10.0], [180.0, 11.0]], [[-180.0, 11.0], [-179.0, 12.0]]
    parts = [east, west] if way == 1 else [west[::-1], east[::-1]]
    assert cut == {"type": "MultiLineString", "coordinates": parts}


def test_a_line_that_ends_on_the_antimeridian_has_no_empty_part():
    cut = line_geometry([(179.0, 10.0), (-180.0, 11.0)])
    assert cut == {"type": "LineString", "coordinates": [[179.0, 10.0], [180.0, 11.0]]}


def test_a_line_along_the_antimeridian_may_be_written_on_either_side_of_it():
    cut = line_geometry([(180.0, 10.0), (-180.0, 11.0), (-180.0, 12.0)])
    assert cut == {
        "type": "LineString",
        "coordinates": [[-180.0, 10.0], [-180.0, 11.0], [-180.0, 12.0]],
    }
