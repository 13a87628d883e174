"""Reading a section of the map from a query string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.web.bbox import BboxError, parse_bbox


@given(st.text(max_size=60))
def test_any_text_is_a_section_or_a_clear_error(text):
    try:
        west, south, east, north = parse_bbox(text)
    except BboxError:
        return
    assert -180 <= west <= 180
    assert -180 <= east <= 180
    assert -90 <= south < north <= 90


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "nan,0,1,1",
        "0,inf,1,2",
        "-181,0,1,1",
        "0,5,1,5",
        "0,0,0,1",
    ],
)
def test_refused(text):
    with pytest.raises(BboxError, match="bbox"):
        parse_bbox(text)


def test_west_of_east_crosses_the_antimeridian():
    assert parse_bbox("170,-10,-170,10") == (170.0, -10.0, -170.0, 10.0)
