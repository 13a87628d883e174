"""Which hazards a box holds: exact sides, the antimeridian, the poles, pages."""

from dataclasses import replace
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.geometry.ahead import Ahead
from hazardmap.core.geometry.area import Circle
from hazardmap.core.geometry.route import Route
from hazardmap.hazards import search, way_search
from hazardmap.hazards.selectors import first_look, hazards_in, map_bounds
from tests.map_scene import around, on_map

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)
ANY = Wanted(at=timezone.now(), published=False)


def ids_in(*bbox: float) -> set[UUID]:
    """By every selector of boxes, which must agree."""
    west, south, east, north = bbox
    box = west, south, east, north
    listed = [hazard.id for hazard in hazards_in(box, limit=100)]
    page = search.page(box, ANY, after=None, limit=100)
    assert set(listed) == {one.id for one in page}
    return set(listed)


def test_boxes_cross_the_antimeridian() -> None:
    west, east, far = on_map((179.5, 1.0), (-179.5, 1.0), (0.0, 1.0))
    assert ids_in(179, 0, -179, 2) == {west.id, east.id}
    assert ids_in(-179, 0, 179, 2) == {far.id}
    assert ids_in(180, 0, -179, 2) == {east.id}
    assert ids_in(179, 0, -180, 2) == {west.id}
    assert ids_in(-180, -90, 180, 90) == {west.id, east.id, far.id}


def test_sides_of_wide_boxes_are_parallels() -> None:
    """On a great circle from −60° to 60° at 70° north one gets as far north as 79.7°."""
    inside, north, south = on_map((0.0, 69.999999), (0.0, 70.000001), (0.0, 59.999999))
    assert ids_in(-60, 60, 60, 70) == {inside.id}
    assert ids_in(-60, 70, 60, 80) == {north.id}
    assert ids_in(-179, -10, 179, 60) == {south.id}


def test_boxes_without_an_extent_hold_what_lies_on_them() -> None:
    here, _ = on_map((24.94, 60.17), (24.941, 60.17))
    assert ids_in(24.94, 60.17, 24.94, 60.17) == {here.id}
    assert ids_in(24.94, 60.0, 24.94, 61.0) == {here.id}
    assert len(ids_in(24.0, 60.17, 25.0, 60.17)) == 2
    assert ids_in(1.0, 1.0, 1.0, 1.0) == set()


def test_boxes_reach_the_poles() -> None:
    north, south = on_map((12.0, 90.0), (-12.0, -89.9999))
    assert ids_in(-180, 89, 180, 90) == {north.id}
    assert ids_in(-180, -90, 180, -89) == {south.id}


def test_pages_follow_each_other_and_filters_hold() -> None:
    made = on_map(*around(HELSINKI, 50.0, 7)) + on_map(HELSINKI, kind="cow", published=False)
    box = (24.0, 60.0, 25.0, 61.0)
    seen: list[UUID] = []
    while page := search.page(box, ANY, after=seen[-1] if seen else None, limit=3):
        assert len(page) <= 3
        seen += [hazard.id for hazard in page]
    assert seen == sorted(hazard.id for hazard in made)
    cows = search.page(box, replace(ANY, kinds=frozenset({"cow"})), after=None, limit=9)
    assert [hazard.kind for hazard in cows] == ["cow"]
    assert len(search.page(box, replace(ANY, published=True), after=None, limit=9)) == 7
    assert len(hazards_in(box, limit=4)) == 4
    assert len(hazards_in(None, limit=99)) == 8
    assert map_bounds() is not None


def test_bounds_are_the_narrowest_also_across_the_antimeridian() -> None:
    on_map((177.4, -17.8), (179.9, -16.5))
    assert map_bounds() == pytest.approx((177.4, -17.8, 179.9, -16.5))
    on_map((-179.8, -16.8))
    assert map_bounds() == pytest.approx((177.4, -17.8, -179.8, -16.5))
    on_map((-0.1, 51.5), (0.1, 51.5))
    assert map_bounds() == pytest.approx((-179.8, -17.8, 179.9, 51.5))


def test_where_a_first_look_falls_is_read_once_a_minute_however_many_come(
    django_assert_num_queries,
):
    assert first_look() is None
    on_map((1.0, 1.0))
    found = first_look()
    assert found == map_bounds() is not None, "that there is nothing is not kept"
    on_map((3.0, 3.0))
    with django_assert_num_queries(0):
        assert first_look() == found
    cache.delete("first_look")
    assert first_look() == map_bounds() != found


LINE = Route.through([(1.0, 1.0), (1.3, 1.2)])
ROUND = Circle(1.0, 1.0, 9_000.0)
READS = {
    "box": lambda: hazards_in((1.0, 1.0, 1.1, 1.1), limit=10),
    "circle": lambda: search.page(ROUND, ANY, after=None, limit=10),
    "route": lambda: way_search.along(LINE, 30.0, ANY, after=None, limit=10),
    "ahead": lambda: way_search.ahead(Ahead(1.0, 1.0, 0.0, 9_000.0, 50.0, 15.0), ANY, limit=10),
}


def test_places_are_looked_up_by_their_index() -> None:
    on_map(*((lon / 10, lat / 10) for lon in range(30) for lat in range(30)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE hazards_hazard")
        for name, read in READS.items():
            with CaptureQueriesContext(connection) as queries:
                read()
            cursor.execute(f"EXPLAIN {queries.captured_queries[0]['sql']}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "hazard_box" in plan, name
            assert "Seq Scan" not in plan, name
