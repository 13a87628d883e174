"""H3 cells as tiles and services use them."""

import math

import h3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.geometry.grid import cell, cell_of_view, feature_id, quantised, res_for_zoom
from tests.tile_reading import cell_of_feature, count_of

UNHURRIED = settings(deadline=None)  # the machine may be busy


@UNHURRIED
@given(st.floats(-180, 180), st.floats(-90, 90), st.integers(0, 12))
def test_feature_ids_are_exact_in_javascript_and_reversible(lon, lat, res):
    here = cell(lon, lat, res)
    assert h3.get_resolution(h3.int_to_str(here)) == res
    assert feature_id(here) < 2**53
    assert cell_of_feature(feature_id(here)) == here


def test_pentagons_are_cells_like_others():
    for pentagon in h3.get_pentagons(7):
        lat, lon = h3.cell_to_latlng(pentagon)
        assert cell(lon, lat, 7) == h3.str_to_int(pentagon)
        assert cell_of_feature(feature_id(h3.str_to_int(pentagon))) == h3.str_to_int(pentagon)


def test_cells_by_zoom():
    resolutions = [res_for_zoom(zoom) for zoom in range(14)]
    assert resolutions == [2, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 8, None, None]


@UNHURRIED
@given(st.floats(0, 60_000))
def test_a_quantised_count_is_within_its_step(count):
    assert 1.0 + count_of(quantised(count)) == pytest.approx(1.0 + count, rel=0.0221)


def test_counts_at_the_ends():
    assert quantised(0.0) == 0
    assert count_of(0) == 0.0
    assert quantised(1e300) == 255


def test_bad_input_is_refused():
    for lon, lat in ((math.nan, 0.0), (181.0, 0.0), (0.0, -90.1)):
        with pytest.raises(ValueError, match="position"):
            cell(lon, lat, 7)
    with pytest.raises(ValueError, match="resolution"):
        cell(0.0, 0.0, 16)
    with pytest.raises(ValueError, match="finer"):
        feature_id(cell(24.9, 60.2, 13))
    with pytest.raises(ValueError, match="zoom"):
        res_for_zoom(-1)
    for count in (-0.1, math.nan, math.inf):
        with pytest.raises(ValueError, match="count"):
            quantised(count)


def test_the_cell_of_a_view_is_around_its_middle_and_as_fine_as_the_view_is_high():
    assert cell_of_view((24.90, 60.16, 24.98, 60.18)) == cell(24.94, 60.17, 7)
    assert cell_of_view((24.0, 60.0, 25.0, 60.5)) == cell(24.5, 60.25, 3)
    assert cell_of_view((24.0, 60.0, 29.0, 62.0)) is None
    middle = cell_of_view((179.5, -0.01, -179.9, 0.01))
    assert middle == cell(179.8, 0.0, 7)
