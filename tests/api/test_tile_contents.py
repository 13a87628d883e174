"""What tiles say: cells that count, single hazards, and shapes that every reader can draw."""

import math
from datetime import datetime
from itertools import pairwise
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import pytest
from django.db import connection
from django.utils import timezone
from shapely.geometry import shape

import tiles.hazards
import tiles.points
from hazardmap.core.answers.public import public
from hazardmap.core.decay import probability_at
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.geometry.grid import parent, res_for_zoom
from hazardmap.core.kinds import KINDS
from tests.map_scene import around, on_map
from tests.tile_reading import cell_of_feature, count_of, get_tile, tile_at
from tiles.cells import EPOCH, TIME_UNIT
from tiles.mercator import Tile, to_metres
from tiles.tilejson import POINT_FIELDS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform"),
]
HELSINKI = (24.94, 60.17)
EDGE = 4096 + 64


def decoded(tile: Tile, layer: str) -> list[dict[str, Any]]:
    response = get_tile(tile)
    if response.status_code == 204:
        return []
    assert response.status_code == 200, response.content
    layers = mapbox_vector_tile.decode(response.content, default_options={"y_coord_down": True})
    return list(layers.get(layer, {"features": []})["features"])


def counts(tile: Tile) -> dict[int, dict[str, int]]:
    """By H3 cell: what the tile says, and that each cell is there once."""
    found = decoded(tile, "cells")
    by_cell = {cell_of_feature(item["id"]): item["properties"] for item in found}
    assert len(by_cell) == len(found), "feature ids are unique"
    return by_cell


def time_of(properties: dict[str, int], now: datetime) -> datetime:
    """Of all times that share both bytes, the nearest to now."""
    wrap = 65536 * TIME_UNIT
    time = EPOCH + (properties["t0"] + 256 * properties["t1"]) * TIME_UNIT
    return time + round((now - time) / wrap) * wrap


@pytest.mark.parametrize("zoom", range(12))
@pytest.mark.parametrize("place", [HELSINKI, (179.99, 65.0), (-70.0, -53.0), (30.0, 80.0)])
def test_cells_say_how_many_hazards_to_expect(zoom: int, place: tuple[float, float]) -> None:
    hazards = on_map(*around(place, 20_000.0, 40), half_life_s=KINDS["cone"].half_life_s)
    hazards += on_map(*around(place, 5_000.0, 10), kind="cow", p=0.5, half_life_s=2400.0)
    res = res_for_zoom(zoom)
    assert res is not None
    by_cell = counts(tile_at(*place, zoom))
    assert by_cell
    now = timezone.now()
    for h3_cell, properties in by_cell.items():
        assert h3.is_valid_cell(h3_cell)
        assert h3.get_resolution(h3_cell) == res
        inside = [one for one in hazards if parent(looked_cell(one.lon, one.lat), res) == h3_cell]
        age_s = (now - time_of(properties, now)).total_seconds()
        assert 0 <= age_s < 605
        for kind in {one.kind for one in inside}:
            fading = 2 ** (-age_s / KINDS[kind].half_life_s)  # as the TileJSON tells clients
            truth = sum(
                probability_at(one.p, one.t_ref, one.half_life_s, now)
                for one in inside
                if one.kind == kind
            )
            assert 1 + count_of(properties[kind]) * fading == pytest.approx(1 + truth, rel=0.023)
        assert properties.keys() - {"t0", "t1"} == {one.kind for one in inside}


@pytest.mark.parametrize("zoom", [3, 7, 9, 11])
@pytest.mark.parametrize("lat", [0.0, 65.0, 84.0, -70.0])
def test_a_cell_that_spans_two_tiles_says_the_same_in_both(zoom: int, lat: float) -> None:
    """Along the edge between two tiles, east-west and north-south, even where metres are long."""
    corner = tile_at(20.0, lat, zoom)
    west_m, south_m, _, _ = corner.bounds_m()
    lon, edge_lat = math.degrees(west_m / 6_378_137.0), _lat_of(south_m)
    reach_m = 3 * h3.average_hexagon_edge_length(res_for_zoom(zoom), unit="m")
    on_map(*around((lon, edge_lat), reach_m, 120))
    four = [counts(Tile(zoom, corner.x + dx, corner.y + dy)) for dx in (-1, 0) for dy in (0, 1)]
    shared = [key for key in set().union(*four) if sum(key in tile for tile in four) > 1]
    assert shared
    for key in shared:
        said = [tile[key] for tile in four if key in tile]
        assert all(one == said[0] for one in said)


def _lat_of(y_m: float) -> float:
    return math.degrees(math.atan(math.sinh(y_m / 6_378_137.0)))


def pentagon(res: int) -> tuple[float, float]:
    """The middle of a pentagon that lies neither on the antimeridian nor beyond the map."""
    centres = [h3.cell_to_latlng(one) for one in h3.get_pentagons(res)]
    lat, lon = next(one for one in centres if abs(one[0]) < 70 and abs(one[1]) < 170)
    return lon, lat


@pytest.mark.parametrize("zoom", [0, 1, 4, 6, 9, 11])
@pytest.mark.parametrize("place", [HELSINKI, (-180.0, 10.0), (179.9999, -65.0), (0.0, 84.9), None])
def test_cells_are_valid_shapes_within_the_tile_and_its_buffer(
    zoom: int, place: tuple[float, float] | None
) -> None:
    res = res_for_zoom(zoom)
    assert res is not None
    middle = place or pentagon(res)
    edge_m = h3.average_hexagon_edge_length(res, unit="m")
    on_map(*around(middle, 2 * edge_m, 30))
    found = decoded(tile_at(*middle, zoom), "cells")
    assert found
    if place is None:
        assert any(h3.is_pentagon(cell_of_feature(item["id"])) for item in found)
    for item in found:
        polygons = shape(item["geometry"])
        assert polygons.geom_type in {"Polygon", "MultiPolygon"}
        assert polygons.is_valid
        assert polygons.area > 0
        west, south, east, north = polygons.bounds
        assert min(west, south) >= -64
        assert max(east, north) <= EDGE
        for part in getattr(polygons, "geoms", [polygons]):
            # MVT: outer rings have a positive area by the surveyor's formula, y downwards.
            assert _area(list(part.exterior.coords)) > 0


def _area(ring: list[tuple[float, float]]) -> float:
    pairs = pairwise(ring)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) / 2


@pytest.mark.parametrize("zoom", [0, 2, 5, 8, 11])
def test_a_cell_on_the_antimeridian_is_in_the_tiles_of_both_sides(zoom: int) -> None:
    res = res_for_zoom(zoom)
    assert res is not None
    here = parent(looked_cell(180.0, 30.0), res)
    on_map((179.9999, 30.0), (-179.9999, 30.0))
    last = (1 << zoom) - 1
    y = tile_at(0.0, 30.0, zoom).y
    west, east = counts(Tile(zoom, 0, y)), counts(Tile(zoom, last, y))
    assert west[here] == east[here]


def test_a_hazard_beyond_the_pole_edge_of_the_map_harms_no_tile() -> None:
    on_map((10.0, 89.9), (10.0, 86.0), (-120.0, -89.99), (10.0, 84.0))
    assert get_tile(Tile(0, 0, 0)).status_code == 200
    assert get_tile(tile_at(10.0, 85.0, 14)).status_code in {200, 204}


def test_single_hazards_say_everything_that_the_tilejson_describes() -> None:
    hazards = on_map(*around(HELSINKI, 100.0, 5))
    hazards += on_map(HELSINKI, kind="cow", confirmed=True, witnesses=1, p=0.123456)
    found = decoded(tile_at(*HELSINKI, 12), "hazards")
    by_id = {item["properties"]["id"]: item for item in found}
    assert by_id.keys() == {str(hazard.id) for hazard in hazards}
    assert len({item["id"] for item in found}) == len(found)
    for hazard in hazards:
        item = by_id[str(hazard.id)]
        said = item["properties"]
        assert said.keys() == POINT_FIELDS.keys()
        assert None not in said.values()
        assert item["id"] == hazard.id.int % 2**53
        assert said["p"] == pytest.approx(hazard.p, abs=5e-5)
        assert said["t"] == int(public(hazard).t_ref.timestamp())
        assert said["half_life"] == int(hazard.half_life_s)
        assert said["group"] == KINDS[hazard.kind].group.value
        assert (said["published"], said["confirmed"]) == (hazard.published, hazard.confirmed)


@pytest.mark.parametrize("zoom", [12, 16, 19, 22])
def test_a_hazard_is_in_one_tile_and_drawn_where_it_is(zoom: int) -> None:
    """Also at the antimeridian, where its neighbours are around the world."""
    width_deg = 360.0 / (1 << zoom)
    places = [(-180.0 + width_deg / 100.0, 30.0), (180.0 - width_deg / 100.0, 30.0), HELSINKI]
    for (lon, lat), hazard in zip(places, on_map(*places), strict=True):
        here = tile_at(lon, lat, zoom)
        [item] = decoded(here, "hazards")
        assert item["properties"]["id"] == str(hazard.id)
        drawn_x, drawn_y = item["geometry"]["coordinates"]
        west, south, east, north = here.bounds_m()
        x_m, y_m = to_metres(lon, lat)
        assert drawn_x == pytest.approx((x_m - west) / (east - west) * 4096, abs=1.01)
        assert drawn_y == pytest.approx((north - y_m) / (north - south) * 4096, abs=1.01)
        assert 0 <= min(drawn_x, drawn_y) <= max(drawn_x, drawn_y) < 4096
    west = Tile(zoom, 0, tile_at(*places[0], zoom).y)
    assert len(decoded(west, "hazards")) == 1


def test_what_does_not_fit_is_counted_and_what_is_gravest_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tiles.points, "MOST_SHOWN", 10)
    on_map(*around(HELSINKI, 20.0, 30), kind="deer", severity=1)
    grave = on_map(*around(HELSINKI, 20.0, 4), kind="deer", severity=3)
    tile = tile_at(*HELSINKI, 14)
    found = decoded(tile, "hazards")
    assert len(found) == 10
    assert {str(one.id) for one in grave} <= {item["properties"]["id"] for item in found}
    (said,) = decoded(tile, "truncated")
    assert said["properties"] == {"shown": 10, "left_out": 24}
    on_map_cells = counts(tile_at(*HELSINKI, 5))
    assert sum(count_of(said.get("deer", 0)) for said in on_map_cells.values()) > 25
    monkeypatch.setattr(tiles.points, "MOST_SHOWN", 34)
    assert decoded(tile, "truncated") == []


def test_where_cells_do_not_fit_the_fullest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    on_map(*around(HELSINKI, 20_000.0, 40))
    on_map(*around(HELSINKI, 50.0, 20))
    tile = tile_at(*HELSINKI, 9)
    everything = counts(tile)
    monkeypatch.setattr(tiles.hazards, "BUDGET_BYTES", 500)
    fullest = counts(tile)
    (said,) = decoded(tile, "truncated")
    assert said["properties"] == {
        "shown": len(fullest),
        "left_out": len(everything) - len(fullest),
    }
    assert 0 < len(fullest) < len(everything)
    least = min(said["cone"] for said in fullest.values())
    assert least >= max(everything[cell]["cone"] for cell in everything.keys() - fullest.keys())


def test_metres_and_degrees_agree_with_the_database() -> None:
    with connection.cursor() as cursor:
        for tile in (Tile(0, 0, 0), Tile(7, 73, 37), Tile(22, 4194303, 0)):
            cursor.execute(
                "SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) "
                "FROM ST_TileEnvelope(%s, %s, %s) AS e",
                [tile.z, tile.x, tile.y],
            )
            assert tile.bounds_m() == pytest.approx(cursor.fetchone(), abs=1e-3)
    assert to_metres(180.0, 0.0)[0] == pytest.approx(20_037_508.34, abs=0.01)
