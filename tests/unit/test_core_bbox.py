"""Reading a section of the map from a query string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.geometry.bbox import parse_bbox


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
def test_refused(text, rule):
    with pytest.raises(ValueError, match=rule):
        parse_bbox(text)


def test_a_section_may_be_a_point_or_a_line():
    assert parse_bbox("0,5,0,5") == (0.0, 5.0, 0.0, 5.0)
    assert parse_bbox("0,5,1,5") == (0.0, 5.0, 1.0, 5.0)


def test_west_of_east_crosses_the_antimeridian():
    assert parse_bbox("170,-10,-170,10") == (170.0, -10.0, -170.0, 10.0)
