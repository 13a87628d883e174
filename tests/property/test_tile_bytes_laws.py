"""Laws of what tiles are made of: what is written is what other readers read."""

from datetime import UTC, datetime, timedelta

import h3.api.basic_int as h3
import mapbox_vector_tile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from hazardmap.core.derived.cells import Count, Counts
from hazardmap.core.geometry.grid import cell, expected_of, feature_id, res_for_zoom
from hazardmap.core.kinds import KINDS
from tests.tile_reading import surveyed
from tiles import cells, mvt
from tiles.cells import EPOCH, TIME_UNIT, Told
from tiles.outlines import BUFFER, outlines

Y_DOWN = {"y_coord_down": True}
HALF_LIVES_S = {kind.name: kind.half_life_s for kind in KINDS.values()}
NOW = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
kinds = st.sampled_from(sorted(KINDS))
counts = st.builds(
    Counts,
    st.integers(-3600, 0).map(lambda s: NOW + timedelta(seconds=s)),
    st.dictionaries(kinds, st.floats(1e-9, 5000.0), max_size=5).map(
        lambda given: {kind: Count(n, KINDS[kind].half_life_s) for kind, n in given.items()}
    ),
)


@given(st.integers(0, 2**63), st.integers(0, 3))
def test_a_number_is_the_same_however_it_is_padded(number: int, more: int) -> None:
    short = mvt.varint(number)
    assert mvt.varints(short) == [number]
    assert mvt.varints(mvt.padded_varint(number, len(short) + more)) == [number]


@given(
    st.lists(
        st.tuples(st.integers(0, 2**53 - 1), st.dictionaries(st.integers(0, 9), st.integers(0, 9))),
        max_size=5,
    ),
    st.integers(-64, 4160),
    st.integers(-64, 4160),
)
def test_features_come_back_as_they_were_written(
    items: list[tuple[int, dict[int, int]]], x: int, y: int
) -> None:
    head = mvt.header("l", map(str, range(10)), map(mvt.uint_value, range(10)))
    body = b"".join(
        mvt.feature(id_, mvt.tags(said.items()), mvt.Shape.POINT, mvt.point(x, y))
        for id_, said in items
    )
    found = mapbox_vector_tile.decode(mvt.layer(head, body), default_options=Y_DOWN)["l"]
    assert [
        (one["id"], {int(key): value for key, value in one["properties"].items()})
        for one in found["features"]
    ] == items
    assert all(one["geometry"]["coordinates"] == [x, y] for one in found["features"])


@given(st.floats(-180, 180), st.floats(-89, 89), st.sampled_from([2, 3, 4, 5, 6, 7, 8]))
def test_a_cell_is_drawn_whole_and_valid(lon: float, lat: float, res: int) -> None:
    """In each tile that it touches it is a valid shape; together they are at least all of it."""
    here = cell(lon, lat, res)
    by_zoom: dict[int, float] = {}
    for tile, geometry in outlines(here):
        assert tile.exists
        assert res_for_zoom(tile.z) == res
        item = mvt.feature(feature_id(here), b"", mvt.Shape.POLYGONS, geometry)
        tile_bytes = mvt.layer(cells.HEADER, item)
        [found] = mapbox_vector_tile.decode(tile_bytes, default_options=Y_DOWN)["cells"]["features"]
        drawn = shape(found["geometry"])
        assert drawn.is_valid
        assert min(drawn.bounds) >= -BUFFER
        assert max(drawn.bounds) <= mvt.EXTENT + BUFFER
        for part in getattr(drawn, "geoms", [drawn]):
            assert surveyed(part.exterior.coords) > 0
        by_zoom[tile.z] = by_zoom.get(tile.z, 0.0) + drawn.area
    if abs(lat) < 80:
        share = h3.cell_area(here, "m^2") / 40_075_017.0**2
        for zoom, area in by_zoom.items():
            assert area > 0.7 * share * (mvt.EXTENT << zoom) ** 2
        assert by_zoom.keys() == {z for z in range(12) if res_for_zoom(z) == res}


@given(counts, st.integers(0, 1200))
def test_what_a_cell_says_fades_to_what_there_is(given_counts: Counts, later_s: int) -> None:
    told = Told.of(given_counts, NOW, HALF_LIVES_S)
    assert Told.read(told.units, told.tags()) == told
    then = NOW + timedelta(seconds=later_s)
    age_s = (then - (EPOCH + told.units * TIME_UNIT)).total_seconds()
    for kind, count in given_counts.by_kind.items():
        seen = expected_of(told.counts.get(kind, 0)) * 2 ** (-age_s / KINDS[kind].half_life_s)
        truth = given_counts.expected(kind, then)
        # The byte is true to 2.2 % of 1 + n at its own time, ten minutes ago at most: of what
        # fades fastest there was four times as much then.
        assert seen == pytest.approx(truth, abs=0.0222 * (1 + 4 * count.expected))


@given(counts)
def test_an_unchanged_cell_stays_and_another_kind_does_not(given_counts: Counts) -> None:
    told = Told.of(given_counts, EPOCH + (NOW - EPOCH) // TIME_UNIT * TIME_UNIT, HALF_LIVES_S)
    assert told.holds(given_counts, EPOCH + told.units * TIME_UNIT, HALF_LIVES_S)
    more = {**given_counts.by_kind, "bear": Count(9999.0, KINDS["bear"].half_life_s)}
    assert not told.holds(Counts(NOW, more), NOW, HALF_LIVES_S)
