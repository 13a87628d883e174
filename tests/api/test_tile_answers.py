"""Tiles over HTTP: addresses, limits, caching, and the TileJSON beside them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hazardmap.core.fusion.hazard import State
from hazardmap.core.kinds import KINDS
from hazardmap.platform.problems import MEDIA_TYPE as PROBLEM
from hazardmap.platform.rate_limit import allow_here
from tests.map_scene import around, in_tiles, on_map
from tests.tile_reading import get_path, get_tile, tile_at
from tiles.mercator import Tile
from tiles.wsgi import TILES_PER_MINUTE

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform"),
]
HELSINKI = (24.94, 60.17)


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
    in_tiles(HELSINKI, (25.0, 60.0))
    later = Client().get("/tiles/v1/hazards.json").json()
    assert later["bounds"] == said["bounds"], "a hazard elsewhere is asked for too"
    roads = Client().get("/tiles/v1/roads.json").json()
    assert [layer["id"] for layer in roads["vector_layers"]] == ["roads", "truncated_roads"]
    assert "OpenStreetMap" in roads["attribution"]


def test_an_empty_tile_is_204() -> None:
    response = get_tile(Tile(14, 0, 0))
    assert (response.status_code, response.content) == (204, b"")
    assert get_tile(Tile(3, 0, 0)).status_code == 204
    assert get_tile(Tile(14, 0, 0), "roads").status_code == 204
    on_map(HELSINKI, state=State.EXPIRED)
    on_map(HELSINKI, state=State.CLEARED)
    assert get_tile(tile_at(*HELSINKI, 14)).status_code == 204


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
        ("hazards/١/0/0.mvt", 404),
    ],
)
def test_impossible_addresses_are_refused_without_the_database(address: str, status: int) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = get_path(f"/tiles/v1/{address}")
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert len(queries) == 0


def test_an_unknown_layer_has_no_description() -> None:
    refused = Client().get("/tiles/v1/secrets.json")
    assert (refused.status_code, refused.headers["Content-Type"]) == (404, PROBLEM)


def test_only_reading_is_allowed() -> None:
    refused = get_path("/tiles/v1/hazards/0/0/0.mvt", method="POST")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")


def test_a_tile_is_compressed_for_those_who_ask_and_not_sent_again_unchanged() -> None:
    in_tiles(*around(HELSINKI, 100.0, 50))
    tile = tile_at(*HELSINKI, 14)
    path = f"/tiles/v1/hazards/{tile.z}/{tile.x}/{tile.y}.mvt"
    packed = get_path(path, accept_encoding="br, gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert packed.headers["Cache-Control"] == "public, max-age=3"
    for old in ("", "identity", "gzip;q=0, br", "gzip;q=0.0"):
        plain = get_path(path, accept_encoding=old)
        assert "Content-Encoding" not in plain.headers
        assert plain.content == packed.content
        assert int(plain.headers["Content-Length"]) > int(packed.headers["Content-Length"])
        assert plain.headers["Vary"] == "Accept-Encoding"
        assert plain.headers["ETag"] == f"W/{packed.headers['ETag']}"
    etag, age = packed.headers["ETag"], packed.headers["Last-Modified"]
    for known in (etag, f'"other", {etag}', "*", f"W/{etag}"):
        again = get_path(path, if_none_match=known)
        assert (again.status_code, again.content) == (304, b"")
        assert (again.headers["ETag"], again.headers["Last-Modified"]) == (etag, age)
    assert get_path(path, if_modified_since=age).status_code == 304
    assert get_path(path, if_none_match='"other"', if_modified_since=age).status_code == 200
    head = get_path(path, method="HEAD")
    assert (head.content, head.headers["ETag"]) == (b"", etag)
    assert head.headers["Content-Length"] == packed.headers["Content-Length"]
    # Forgotten and built again within the same second, it is another version all the same.
    assert get_tile(tile, if_none_match=etag, if_modified_since=age).status_code == 200


def test_beyond_its_limit_an_address_is_told_how_long_to_wait() -> None:
    path, by = "/tiles/v1/hazards/0/0/0.mvt", "192.0.2.77"
    for _ in range(2 * TILES_PER_MINUTE):  # twice, in case a new minute begins meanwhile
        allow_here(f"tiles:{by}", limit=TILES_PER_MINUTE, period_s=60)
    refused = get_path(path, by=by)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert get_path(path, by="192.0.2.78").status_code == 204, "others are not hit"
