"""Tiles over HTTP: addresses, limits, caching, and the TileJSON beside them."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hazardmap.core.hazard import State
from hazardmap.core.kinds import KINDS
from tests.map_scene import around, on_map, to_tiles
from tests.property.test_tile_laws import tile_of
from tiles.mercator import Tile

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform"),
]
HELSINKI = (24.94, 60.17)


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def get(tile: Tile, layer: str = "hazards", **headers: str) -> Any:
    to_tiles()
    return Client().get(f"/tiles/v1/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt", headers=headers)


def test_tilejson_describes_the_tiles() -> None:
    response = Client().get("/tiles/v1/hazards.json")
    said = response.json()
    assert said["tilejson"] == "3.0.0"
    assert said["tiles"] == ["http://testserver/tiles/v1/hazards/{z}/{x}/{y}.mvt"]
    assert 0 <= said["minzoom"] <= said["maxzoom"] <= 30
    assert said["bounds"] == pytest.approx([-180, -85.0511, 180, 85.0511], abs=1e-3)
    layers = {layer["id"]: layer for layer in said["vector_layers"]}
    assert layers.keys() == {"cells", "hazards", "truncated"}
    assert all(isinstance(layer["fields"], dict) for layer in layers.values())
    assert layers["cells"]["fields"].keys() == {*KINDS, "t0", "t1"}
    assert said["half_lives"].keys() == KINDS.keys()
    assert (said["epoch"], said["time_unit_s"]) == ("2026-01-01T00:00:00+00:00", 600)
    on_map(HELSINKI, (25.0, 60.0))
    to_tiles()
    bounds = Client().get("/tiles/v1/hazards.json").json()["bounds"]
    assert bounds == pytest.approx([24.94, 60.0, 25.0, 60.17], abs=1e-7)
    west, south, east, north = bounds
    assert (west, -east) <= (24.94, -25.0)
    assert (south, -north) <= (60.0, -60.17)
    roads = Client().get("/tiles/v1/roads.json").json()
    assert [layer["id"] for layer in roads["vector_layers"]] == ["roads"]
    assert "OpenStreetMap" in roads["attribution"]


def test_an_empty_tile_is_204() -> None:
    response = get(Tile(14, 0, 0))
    assert (response.status_code, response.content) == (204, b"")
    assert get(Tile(3, 0, 0)).status_code == 204
    assert get(Tile(14, 0, 0), "roads").status_code == 204
    on_map(HELSINKI, state=State.EXPIRED)
    on_map(HELSINKI, state=State.CLEARED)
    assert get(tile_of(*HELSINKI, 14)).status_code == 204


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("hazards/23/0/0.mvt", 400),
        ("hazards/2/4/0.mvt", 400),
        ("hazards/2/0/4.mvt", 400),
        ("hazards/99999999999999999999/0/0.mvt", 400),
        ("hazards/1/99999999999999999999/0.mvt", 400),
        ("hazards/-1/0/0.mvt", 404),
        ("hazards/1/a/0.mvt", 404),
        ("hazards/1/0/0.5.mvt", 404),
        ("hazards/1/0/0.png", 404),
        (f"hazards/{'9' * 5000}/0/0.mvt", 404),
        ("secrets/1/0/0.mvt", 404),
        ("secrets.json", 404),
    ],
)
def test_impossible_addresses_are_refused_without_the_database(address: str, status: int) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = Client().get(f"/tiles/v1/{address}")
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert len(queries) == 0


def test_only_reading_is_allowed() -> None:
    assert Client().post("/tiles/v1/hazards/0/0/0.mvt").status_code == 405


def test_a_tile_is_compressed_for_those_who_ask_and_not_sent_again_unchanged() -> None:
    on_map(*around(HELSINKI, 100.0, 50))
    tile = tile_of(*HELSINKI, 14)
    plain = get(tile)
    packed = get(tile, accept_encoding="br, gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content)
    assert plain.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert plain.headers["Cache-Control"] == "public, max-age=3"
    assert plain.headers["Vary"] == "Accept-Encoding"
    etag = plain.headers["ETag"]
    assert packed.headers["ETag"] == etag
    for known in (etag, f'"other", {etag}', "*", etag.removeprefix("W/")):
        again = get(tile, if_none_match=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == etag
        assert again.headers["Cache-Control"] == "public, max-age=3"
    on_map(HELSINKI)
    assert get(tile, if_none_match=etag).status_code == 200
