"""Laws of areas and routes: what is near is found, where it is, and the same seen both ways."""

import math
import tracemalloc
from contextlib import suppress

import h3.api.basic_int as h3
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from hazardmap.core.geometry.ahead import Ahead
from hazardmap.core.geometry.area import Cell, Circle
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.core.geometry.coverings import LOOKED_RES
from hazardmap.core.geometry.geodesy import between, moved
from hazardmap.core.geometry.polyline import decode
from hazardmap.core.geometry.region import read_region
from hazardmap.core.geometry.route import Match, Route, Side, match, read_route, side

lons = st.floats(-180, 180)
lats = st.floats(-89, 89)
places = st.tuples(lons, lats)
bearings = st.floats(0, 360)
FEW = settings(max_examples=60, deadline=None)


def holds(box: Bbox, lon: float, lat: float) -> bool:
    west, south, east, north = box
    across = west <= lon <= east if west <= east else lon >= west or lon <= east
    return south <= lat <= north and across


@st.composite
def routes(draw) -> Route:
    """A walk from anywhere, of up to eight steps."""
    lon, lat = draw(places)
    positions = [(lon, lat)]
    for step_m, bearing in draw(
        st.lists(st.tuples(st.floats(1, 3000), bearings), min_size=1, max_size=8)
    ):
        lon, lat, _ = moved(lon, lat, bearing, step_m)
        positions.append((lon, lat))
    return Route.through(positions)


@FEW
@given(places, st.floats(0, 2e7), bearings, st.floats(0, 1))
def test_the_box_of_a_circle_holds_the_circle(place, radius_m, bearing, share):
    lon, lat, _ = moved(*place, bearing, radius_m * share)
    assert holds(Circle(*place, radius_m).box(), lon, lat)


@FEW
@given(st.floats(-180, 180), st.floats(0, 20_000), st.floats(0, 360), st.sampled_from([1, -1]))
def test_around_a_pole_a_circle_is_within_its_box_as_well(lon, off_m, bearing_deg, pole):
    """There all meridians meet: what lies beyond the pole has another one altogether."""
    place = moved(lon, 90.0 * pole, 180.0, off_m)[:2]
    box = Circle(*place, 10_000.0).box()
    assert holds(box, *moved(*place, bearing_deg, 9_999.0)[:2])
    assert -90.0 <= box[1] <= box[3] <= 90.0
    assert (box[2] - box[0] == 360.0) or off_m > 9_000.0


@FEW
@given(places, st.integers(0, LOOKED_RES))
def test_a_cell_spans_its_children_and_no_others(place, res):
    fine = h3.latlng_to_cell(place[1], place[0], LOOKED_RES)
    cell = h3.cell_to_parent(fine, res)
    first, last = Cell.read(f"{cell:x}").span()
    assert first <= fine <= last
    for near in h3.grid_ring(cell, 1):
        middle = h3.cell_to_center_child(near, LOOKED_RES)
        assert not first <= middle <= last


def turn_deg(lat):
    """How much a geodesic's bearing may change along the 200 m that a route takes for straight."""
    return 0.05 + math.degrees(400.0 / 6.37e6 * math.tan(math.radians(abs(lat))))


@FEW
@given(routes(), st.floats(0, 1), st.floats(-80, 80))
def test_what_stands_beside_a_route_is_found_there(route, share, off_m):
    """At most so far away, in an envelope; exactly there where nothing else is nearer."""
    along_m = share * route.length_m
    piece = min(int((route.along_m <= along_m).sum()) - 1, len(route.bearings_deg) - 1)
    rest_m = along_m - route.along_m[piece]
    start = float(route.lons[piece]), float(route.lats[piece])
    foot = moved(*start, float(route.bearings_deg[piece]), float(rest_m))
    lon, lat, _ = moved(foot[0], foot[1], foot[2] + 90.0, off_m)
    assert any(holds(box, lon, lat) for box in route.envelopes(0, route.length_m, 81.0))
    (found_m,), (offset_m,), (bearing,) = route.nearest([lon], [lat], 81.0)
    assert abs(offset_m) <= abs(off_m) + 0.01
    if abs(abs(offset_m) - abs(off_m)) < 0.001 and abs(found_m - along_m) < 0.05:
        assert offset_m == pytest.approx(off_m, abs=0.01)
        assert math.remainder(bearing - foot[2], 360.0) == pytest.approx(0.0, abs=turn_deg(lat))
    at = int((route.along_m <= found_m).sum()) - 1
    towards = float(route.bearings_deg[min(at, len(route.bearings_deg) - 1)])
    near = moved(float(route.lons[at]), float(route.lats[at]), towards, found_m - route.along_m[at])
    assert between(near[0], near[1], lon, lat)[1] == pytest.approx(abs(offset_m), abs=0.02)


@FEW
@given(routes(), st.floats(0, 1), st.floats(0, 360), st.floats(0, 80))
def test_what_is_near_is_met_before_the_end_and_found_again_from_there(
    route, share, bearing_deg, off_m
):
    """What stands beyond the end included, of which the next page begins at the end."""
    corner = round(share * (len(route.lons) - 1))
    there = moved(float(route.lons[corner]), float(route.lats[corner]), bearing_deg, off_m)[:2]
    found_m = float(route.nearest(there[:1], there[1:], 81.0).along_m[0])
    assert 0.0 <= found_m <= route.length_m
    for to_m in (found_m, route.length_m):
        boxes = route.envelopes(found_m, to_m, 81.0)
        assert any(holds(box, *there) for box in boxes)
        assert len(boxes) <= 1 + (to_m - found_m) / 800.0


@FEW
@given(places, bearings, st.floats(10, 400), st.floats(-40, 40))
def test_driven_backwards_left_is_right(place, bearing, length_m, off_m):
    assume(abs(off_m) > 0.1)
    end = moved(*place, bearing, length_m)
    middle = moved(*place, bearing, length_m / 2)
    lon, lat, _ = moved(middle[0], middle[1], middle[2] + 90.0, off_m)
    there = Route.through([place, end[:2]]).nearest([lon], [lat], 50.0)
    back = Route.through([end[:2], place]).nearest([lon], [lat], 50.0)
    assert there.offset_m[0] == pytest.approx(off_m, abs=0.01)
    assert back.offset_m[0] == pytest.approx(-off_m, abs=0.01)
    assert there.along_m[0] + back.along_m[0] == pytest.approx(length_m, abs=0.01)
    turn = there.bearing_deg[0] - back.bearing_deg[0]
    assert abs(math.remainder(turn, 360.0)) == pytest.approx(180.0, abs=turn_deg(place[1]))


@FEW
@given(st.lists(places, min_size=1, max_size=20), st.sampled_from([5, 6]))
def test_a_polyline_is_read_as_it_was_written(positions, precision):
    decoded = decode(encoded(positions, precision), precision)
    assert len(decoded) == len(positions)
    for read, (lon, lat) in zip(decoded, positions, strict=True):
        assert read == pytest.approx((lon, lat), abs=0.51 * 10.0**-precision)


@FEW
@given(st.text("?@A_~`|{z", max_size=20) | st.text(max_size=9), st.integers(4, 6))
def test_any_text_is_a_polyline_or_refused(text, precision):
    with suppress(ValueError):
        positions = decode(text, precision)
        assert all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in positions)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "polyline"]), inner)
    ),
    max_leaves=20,
)
geometries = st.fixed_dictionaries({
    "type": st.sampled_from(["Polygon", "MultiPolygon", "LineString", "Feature"]),
    "coordinates": st.recursive(
        st.floats() | st.integers() | st.floats(-90, 90), lambda inner: st.lists(inner, max_size=6)
    ),
})  # fmt: skip


@FEW
@given(json_values | geometries)
def test_any_json_is_an_area_or_a_route_or_refused(value):
    for read in (read_region, read_route):
        with suppress(ValueError):
            assert read(value) is not None


@FEW
@given(st.tuples(lons, st.floats(-80, 80)), st.floats(0.01, 4), st.floats(0.01, 4), places)
def test_a_rectangle_may_lie_across_the_antimeridian(corner, width, height, place):
    (west, south), (lon, lat) = corner, place
    east, north = (west + width + 180) % 360 - 180, south + height
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    region = shapely.from_wkb(read_region({"type": "Polygon", "coordinates": [ring]}).wkb)
    assert region.area == pytest.approx(width * height, rel=1e-6)
    inside = (west + width / 2 + 180) % 360 - 180, south + height / 2
    assert region.intersects(shapely.Point(inside))
    # 180 and -180 are one meridian, which a region has on one side of the map or the other.
    names = {lon, -lon} if abs(lon) == 180 else {lon}
    met = any(region.intersects(shapely.Point(name, lat)) for name in names)
    assert met == any(holds((west, south, east, north), name, lat) for name in names)


@FEW
@given(st.floats(-180, 180), st.floats(0.01, 170), st.floats(0.01, 0.9), st.floats(0.01, 0.99))
@example(170.0, 10.0, 0.5, 0.5)
@example(-180.0, 10.0, 0.5, 0.5)
@example(170.0, 20.0, 0.4, 0.9)
def test_a_hole_may_lie_across_the_antimeridian_or_end_there(west, width, share, shift):
    """The hole takes this share of the width and height; the larger the shift, the farther east."""

    def ring(west, width, height):
        sides = ((0, 0), (width, 0), (width, height), (0, height), (0, 0))
        return [[(west + x + 180) % 360 - 180, y] for x, y in sides]

    inner = ring(west + shift * (1.0 - share) * width, share * width, 8.0 * share)
    inner = [[lon, lat + 1.0 - share] for lon, lat in inner]
    polygon = {"type": "Polygon", "coordinates": [ring(west, width, 10.0), inner]}
    region = shapely.from_wkb(read_region(polygon).wkb)
    assert region.area == pytest.approx(width * (10.0 - 8.0 * share**2), rel=1e-6)
    assert -180.0 <= region.bounds[0] <= region.bounds[2] <= 180.0


def test_the_envelopes_of_a_route_across_the_antimeridian_hold_it_and_little_else():
    route = Route.through([(179.97, 60.0), (-179.97, 60.1)])
    boxes = route.envelopes(0.0, route.length_m, 80.0)
    for place in zip(route.lons.tolist(), route.lats.tolist(), strict=True):
        beside = moved(*place, 270.0, 79.0)[:2]
        assert any(holds(box, *beside) for box in boxes)
    assert all((east - west) % 360.0 < 0.03 for west, _, east, _ in boxes)


def test_the_box_of_a_small_circle_or_wedge_is_small_and_one_around_a_pole_has_all_meridians():
    west, south, east, north = Circle(180.0, 60.0, 1000.0).box()
    assert (north - south) * 111_000.0 < 2_100.0
    assert (east - west) % 360.0 * 55_500.0 < 2_100.0
    assert Circle(24.9, 89.9, 20_000.0).box()[::2] == (-180.0, 180.0)
    assert Circle(24.9, -89.9, 20_000.0).box()[::2] == (-180.0, 180.0)
    wedge = Ahead(24.9, 60.0, 0.0, 1000.0, 10.0, 0.0).box()
    assert (wedge[3] - wedge[1]) * 111_000.0 < 1_100.0
    assert all(holds(wedge, *moved(24.9, 60.0, 0.0, off_m)[:2]) for off_m in (0.0, 999.9))


@FEW
@given(places, st.integers(0, LOOKED_RES))
def test_the_circle_around_a_cell_holds_its_corners(place, res):
    cell = Cell(h3.cell_to_parent(h3.latlng_to_cell(place[1], place[0], LOOKED_RES), res))
    around = cell.around()
    assert cell.outline()[0] == cell.outline()[-1], "a closed ring"
    off_m = [between(around.lon, around.lat, *corner)[1] for corner in cell.outline()]
    assert max(off_m) <= around.radius_m < 2.0 * min(off_m)
    assert cell.holds(*place)
    assert not cell.holds(*moved(around.lon, around.lat, 0.0, 3.0 * around.radius_m)[:2])


@FEW
@given(places, bearings, st.floats(100, 20_000), st.floats(-90, 90), st.floats(0, 1.2))
def test_ahead_is_a_wedge(place, heading, reach_m, turn, share):
    view = Ahead(*place, heading, reach_m, 10.0, 30.0)
    lon, lat, _ = moved(*place, heading + turn, reach_m * share)
    (distance_m,), (right_m,) = view.found([lon], [lat])
    along_m, aside_m = (reach_m * share * f(math.radians(turn)) for f in (math.cos, math.sin))
    assert right_m == pytest.approx(aside_m, abs=0.01)
    edge_m = 10.0 + along_m * math.tan(math.radians(30.0)) - abs(aside_m)
    assume(abs(edge_m) > 0.01 and abs(along_m - reach_m) > 0.01 and along_m >= 0.0)
    assert math.isfinite(distance_m) == (edge_m > 0 and along_m < reach_m)
    if math.isfinite(distance_m):
        assert distance_m == pytest.approx(reach_m * share, abs=0.01)
        assert holds(view.box(), lon, lat)


def test_the_first_passing_counts_where_a_route_comes_back_the_same_way():
    there, turn = (24.94, 60.17), (24.95, 60.17)
    route = Route.through([there, turn, there])
    lon, lat = 24.944, 60.1701
    once = Route.through([there, turn]).nearest([lon], [lat], 50.0)
    assert route.nearest([lon], [lat], 50.0) == once


def test_what_is_beside_a_route_that_winds_is_found_in_little_memory(monkeypatch):
    """Each of 400 things has 2000 pieces near: together, they took 190 MB."""
    route = Route.through([(24.94 + n % 43 / 1e5, 60.17 + n % 37 / 1e5) for n in range(2000)])
    lons, lats = [24.94 + n / 1e6 for n in range(400)], [60.17 + n % 7 / 1e5 for n in range(400)]
    tracemalloc.start()
    found = route.nearest(lons, lats, 50.0)
    most_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most_bytes < 50_000_000

    monkeypatch.setattr("hazardmap.core.geometry.route._PAIRS_AT_ONCE", 4_500)
    for whole, in_twos in zip(found, route.nearest(lons, lats, 50.0), strict=True):
        assert whole.tolist() == in_twos.tolist()


def test_sides_and_headings():
    assert side(4.0, 5.0) is Side.ON
    assert side(6.0, 5.0) is Side.RIGHT
    assert side(-6.0, 5.0) is Side.LEFT
    assert match(350.0, []) is Match.UNKNOWN
    assert match(350.0, [20.0, 180.0]) is Match.SAME
    assert match(350.0, [180.0]) is Match.OPPOSITE
    assert match(350.0, [180.0, 80.0]) is Match.CROSSING


def encoded(positions, precision) -> str:
    """The format's own description, the other way round."""
    text, last = [], (0, 0)
    for lon, lat in positions:
        now = round(lat * 10**precision), round(lon * 10**precision)
        for step in (now[0] - last[0], now[1] - last[1]):
            bits = ~(step << 1) if step < 0 else step << 1
            while bits >= 32:
                text.append(chr((32 | bits & 31) + 63))
                bits >>= 5
            text.append(chr(bits + 63))
        last = now
    return "".join(text)
