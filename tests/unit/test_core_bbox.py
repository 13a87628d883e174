"""Reading a section of the map from a query string."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.geometry.bbox import holds, parse_bbox, parts


@given(st.text(max_size=60))
def test_any_text_is_a_section_or_a_clear_error(text):
    try:
        west, south, east, north = parse_bbox(text)
    except ValueError:
        return
    assert -180 <= west <= 180
    assert -180 <= east <= 180
    assert -90 <= south <= north <= 90


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "west,south,east,north"),
        ("1,2,3", "west,south,east,north"),
        ("1,2,3,4,5", "west,south,east,north"),
        ("a,b,c,d", "west,south,east,north"),
        ("nan,0,1,1", "finite"),
        ("0,inf,1,2", "finite"),
        ("-181,0,1,1", "longitudes"),
        ("0,5,1,4", "south first"),
        ("0,0,1,91", "latitudes"),
    ],
)
def test_what_is_no_box_is_refused_with_the_rule(text, rule):
    with pytest.raises(ValueError, match=rule):
        parse_bbox(text)


def test_a_section_may_be_a_point_or_a_line():
    assert parse_bbox("0,5,0,5") == (0.0, 5.0, 0.0, 5.0)
    assert parse_bbox("0,5,1,5") == (0.0, 5.0, 1.0, 5.0)


def test_a_section_may_reach_from_pole_to_pole():
    assert parse_bbox("-90,-90,90,90") == (-90.0, -90.0, 90.0, 90.0)


def test_west_of_east_crosses_the_antimeridian():
    assert parse_bbox("170,-10,-170,10") == (170.0, -10.0, -170.0, 10.0)


@settings(max_examples=40, deadline=None)
@given(st.floats(-180, 180), st.floats(-180, 180), st.floats(-180, 180), st.floats(-90, 90))
def test_what_a_section_holds_is_in_one_of_its_parts_and_east_of_its_west(west, east, lon, lat):
    section = (west, -45.0, east, 45.0)
    held = holds(section, lon, lat)
    assert held == any(w <= lon <= e and s <= lat <= n for w, s, e, n in parts(section))
    width = (east - west) % 360.0 if west > east else east - west
    assert sum(e - w for w, _, e, _ in parts(section)) == pytest.approx(width)
    if 1e-9 < abs(lon) < 179.9:
        assert held <= ((lon - west) % 360.0 <= width + 1e-9 and abs(lat) <= 45.0)
