"""A corridor holds what lies near its route, and nothing far from it."""

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hazardmap.core.geometry.corridor import corridor
from hazardmap.core.geometry.geodesy import moved
from hazardmap.core.geometry.route import Route

LONS, LATS = st.floats(-180, 180), st.floats(-80, 80)


TURN = st.tuples(st.floats(0, 360), st.sampled_from([0.5, 0.95, 1.1, 3.0]), st.integers(0, 5))


@settings(max_examples=60)
@given(
    st.tuples(LONS, LATS),
    st.lists(st.tuples(st.floats(0, 360), st.floats(50, 3000)), min_size=1, max_size=5),
    st.floats(5, 300),
    TURN,
)
def test_it_holds_what_is_near(start, legs, margin_m, turn):
    bearing_deg, share, corner = turn
    positions = [start]
    for heading_deg, length_m in legs:
        lon, lat, *_ = moved(*positions[-1], heading_deg, length_m)
        positions.append((lon, lat))
    route = Route.through(positions)
    lon, lat, *_ = moved(*positions[corner % len(positions)], bearing_deg, share * margin_m)
    offset_m = abs(float(route.nearest([lon], [lat], 5 * margin_m).offset_m[0]))
    assume(not 0.97 * margin_m < offset_m < 1.03 * margin_m)
    area = shapely.from_wkb(corridor(route, margin_m).wkb)
    assert area.contains(shapely.Point(lon, lat)) == (offset_m < margin_m)
    assert area.equals_exact(shapely.orient_polygons(area)), "against the clock, holes with it"


@pytest.mark.parametrize(
    ("positions", "rule"),
    [([(0.0, 0.0), (6.0, 0.0)], "500 km"), ([(0.0, 85.1), (1.0, 85.1)], "pole")],
)
def test_what_cannot_be_widened_is_refused(positions, rule):
    with pytest.raises(ValueError, match=rule):
        corridor(Route.through(positions), 50.0)


def test_a_route_across_the_antimeridian_is_cut_there():
    area = shapely.from_wkb(corridor(Route.through([(179.99, 0.0), (-179.99, 0.0)]), 50.0).wkb)
    west, _, east, _ = area.bounds
    assert (west, east) == (-180.0, 180.0)
    assert area.area < 0.001
