"""Laws of the tile grid, of the counts that tiles carry, and of records on their way."""

import json
import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.decay import probability_at
from hazardmap.core.fusion.hazard import Hazard, State
from hazardmap.core.kinds import KINDS
from hazardmap.core.selling.usage import (
    MAX_KEY_ID,
    MAX_REQUEST_ID,
    Meter,
    UsageRecord,
    records_of,
)
from hazardmap.hazards.mapping import hazard_from_json, hazard_json
from tests import tile_reading
from tiles.mercator import (
    HALF_WORLD_M,
    MAX_LAT_DEG,
    MAX_ZOOM,
    Tile,
    degrees_at,
    place_at,
    quadkey,
    tile_at,
    to_metres,
)

lons = st.floats(-180, 180)
lats = st.floats(-90, 90)
zooms = st.integers(0, MAX_ZOOM)
times = st.integers(0, 7 * 10**15).map(
    lambda micros: datetime(1970, 1, 2, tzinfo=UTC) + timedelta(microseconds=micros)
)
tiles = zooms.flatmap(
    lambda z: st.builds(
        Tile, st.just(z), st.integers(0, (1 << z) - 1), st.integers(0, (1 << z) - 1)
    )
)


@given(lons, lats, zooms)
def test_every_point_lies_in_the_bounds_of_its_tile(lon: float, lat: float, zoom: int) -> None:
    tile = tile_at(lon, lat, zoom)
    assert tile.exists
    assert tile == tile_reading.tile_at(lon, lat, zoom), "as a client reckons"
    x_m, y_m = to_metres(lon, lat)
    west, south, east, north = tile.bounds_m()
    assert west - 1e-6 <= x_m <= east + 1e-6
    assert south - 1e-6 <= y_m <= north + 1e-6


@given(tiles)
def test_neighbours_share_an_edge_and_the_grid_ends_with_the_world(tile: Tile) -> None:
    west, south, east, north = tile.bounds_m()
    close = pytest.approx
    assert Tile(tile.z, tile.x + 1, tile.y).bounds_m()[0] == close(east, abs=1e-6)
    assert Tile(tile.z, tile.x, tile.y + 1).bounds_m()[3] == close(south, abs=1e-6)
    last = (1 << tile.z) - 1
    assert (tile.x == 0) == (abs(west + HALF_WORLD_M) < 1e-6)
    assert (tile.y == last) == (abs(south + HALF_WORLD_M) < 1e-6)
    assert not Tile(tile.z, last + 1, tile.y).exists
    assert not Tile(tile.z, tile.x, last + 1).exists
    assert north - south == close(east - west, rel=1e-9)


@given(lons, lats, zooms)
def test_the_box_of_a_tile_holds_what_lies_in_it(lon: float, lat: float, zoom: int) -> None:
    west, south, east, north = tile_at(lon, lat, zoom).box_deg()
    assert -180 <= west <= 180
    assert -180 <= east <= 180
    assert south - 1e-9 <= max(-MAX_LAT_DEG, min(MAX_LAT_DEG, lat)) <= north + 1e-9
    inside = (lon - west) % 360.0 <= _width(west, east)
    assert inside or abs(lon) == 180.0


@given(lons, lats, zooms)
def test_a_place_lies_in_its_tile_at_every_zoom(lon: float, lat: float, zoom: int) -> None:
    """Within rounding: the grid's unit is 2 mm."""
    x, y = place_at(lon, lat)
    first, end = Tile(zoom, x >> 34 - zoom, y >> 34 - zoom).quadkeys()
    assert first <= quadkey(x >> 12, y >> 12, 22) < end
    back = degrees_at(x, y)
    assert back == pytest.approx((lon, max(-MAX_LAT_DEG, min(MAX_LAT_DEG, lat))), abs=1e-6)


@given(lons, lats)
def test_metres_stay_on_the_map(lon: float, lat: float) -> None:
    x_m, y_m = to_metres(lon, lat)
    assert abs(x_m) <= HALF_WORLD_M + 1e-6
    assert abs(y_m) <= HALF_WORLD_M + 1e-6
    assert (abs(lat) >= MAX_LAT_DEG) == (abs(abs(y_m) - HALF_WORLD_M) < 1e-6) or abs(lat) > 85


def _width(west: float, east: float) -> float:
    return (east - west) % 360.0 if (west, east) != (-180.0, 180.0) else 360.0


@given(st.floats(0, 1), times, st.floats(1, 1e9), st.floats(0, 1e9), st.floats(0, 1e9))
def test_fading_in_two_steps_is_fading_in_one(
    p: float, t_ref: datetime, half_life_s: float, a_s: float, b_s: float
) -> None:
    a, b = timedelta(seconds=a_s), timedelta(seconds=b_s)
    halfway = probability_at(p, t_ref, half_life_s, t_ref + a)
    twice = probability_at(halfway, t_ref + a, half_life_s, t_ref + a + b)
    assert twice == pytest.approx(probability_at(p, t_ref, half_life_s, t_ref + a + b), abs=1e-9)
    assert twice <= halfway <= p
    assert probability_at(p, t_ref, half_life_s, t_ref - a) == p
    half = probability_at(p, t_ref, half_life_s, t_ref + timedelta(seconds=half_life_s))
    assert half == pytest.approx(p / 2, rel=1e-5, abs=1e-12)


MEASURES = (
    *("lon", "lat", "cov_ee_m2", "cov_en_m2", "cov_nn_m2"),
    *("radius_m", "p", "half_life_s", "phantom"),
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
hazard_records = st.builds(
    Hazard,
    id=st.uuids(),
    kind=st.sampled_from(sorted(KINDS)),
    state=st.sampled_from(State),
    **dict.fromkeys(MEASURES, numbers),
    **dict.fromkeys(("t_ref", "first_seen", "last_seen", "expires_at"), times),
    **{name: st.integers(0, 2**31) for name in ("severity", "passes", "witnesses")},
    **{name: st.booleans() for name in ("published", "confirmed", "simulated")},
)


@given(hazard_records)
def test_a_hazard_comes_back_from_the_feed_as_it_went_in(hazard: Hazard) -> None:
    assert hazard_from_json(json.loads(json.dumps(hazard_json(hazard)))) == hazard


letters = st.characters(codec="utf-8", exclude_characters="\0")
words = st.text(letters, max_size=MAX_REQUEST_ID)
usage_records = st.builds(
    UsageRecord,
    key_id=st.text(letters, max_size=MAX_KEY_ID),
    meter=st.sampled_from(Meter),
    quantity=st.integers(1, 2**31 - 1),
    at=times,
    request_id=words,
    subject=words,
    hazards=st.lists(st.uuids(), max_size=5).map(tuple),
)


@given(usage_records)
def test_a_usage_record_is_one_line_and_comes_back(record: UsageRecord) -> None:
    line = record.to_line()
    assert "\n" not in line
    assert "\r" not in line
    assert records_of(line) == [record]
    assert records_of(line)[0].id == record.id


@given(usage_records, usage_records)
def test_one_request_and_meter_is_one_id(one: UsageRecord, other: UsageRecord) -> None:
    same = (one.key_id, one.request_id, one.meter) == (other.key_id, other.request_id, other.meter)
    assert one.id.version == 7
    assert (one.id == other.id) == (
        same
        and one.at.replace(microsecond=one.at.microsecond // 1000)
        == other.at.replace(microsecond=other.at.microsecond // 1000)
    )
    again = UsageRecord(
        one.key_id, one.meter, other.quantity, one.at, one.request_id, other.subject, other.hazards
    )
    assert again.id == one.id


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("key_id", "meter", "quantity", "at", "request_id", "subject", "hazards")


@given(
    st.text()
    | json_values.map(json.dumps)
    | st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, json_values)).map(json.dumps)
    | st.tuples(usage_records, st.sampled_from(FIELDS), json_values).map(
        lambda three: json.dumps(json.loads(three[0].to_line()) | {three[1]: three[2]})
    )
)
def test_any_other_text_is_refused_with_a_value_error(line: str) -> None:
    with suppress(ValueError):
        for record in records_of(line):
            assert records_of(record.to_line())[0].quantity >= 1


def test_lines_that_once_were_taken_for_usage_or_broke_the_reader() -> None:
    good = UsageRecord("k", Meter.TILE, 1, datetime(2026, 5, 4, tzinfo=UTC), "r", "s")
    fields = json.loads(good.to_line())
    for change in (
        {"quantity": math.inf},
        {"quantity": 1.5},
        {"quantity": True},
        {"quantity": "7"},
        {"quantity": 2**31},
        {"quantity": 0},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "2026-05-04T00:00:00"},
        {"at": "1969-12-31T00:00:00+00:00"},
        {"subject": "\ud800"},
        {"subject": "\0"},
        {"key_id": None},
        {"key_id": "k" * (MAX_KEY_ID + 1)},
        {"request_id": "r" * (MAX_REQUEST_ID + 1)},
        {"hazards": [1]},
        {"hazards": None},
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - any message
            records_of(json.dumps(fields | change))
    for line in ("[" * 100_000, "", "{}", "null", '"x"', "1" * 10_000, "[1]"):
        with pytest.raises(ValueError):  # noqa: PT011 - any message
            records_of(line)


def test_an_id_needs_a_time_and_a_quantity() -> None:
    now = datetime(2026, 5, 4, tzinfo=UTC)
    with pytest.raises(ValueError, match="quantity"):
        UsageRecord("k", Meter.TILE, 0, now, "r", "s")
    with pytest.raises(ValueError, match="time"):
        UsageRecord("k", Meter.TILE, 1, now.replace(tzinfo=None), "r", "s")
    assert isinstance(UsageRecord("k", Meter.TILE, 1, now, "r", "s").id, UUID)
