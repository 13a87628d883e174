"""What a client of the tiles does: finds its tile, fetches it, and reads ids and counts back."""

from collections.abc import Iterable
from itertools import pairwise

import httpx

from tests.map_scene import to_tiles
from tiles import wsgi
from tiles.files import forget
from tiles.mercator import HALF_WORLD_M, Tile, to_metres

ADDRESS = "192.0.2.1"


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """The tile of zoom z in which a position lies."""
    x_m, y_m = to_metres(lon, lat)
    last = (1 << z) - 1
    x = int((x_m + HALF_WORLD_M) / (2 * HALF_WORLD_M) * (1 << z))
    y = int((HALF_WORLD_M - y_m) / (2 * HALF_WORLD_M) * (1 << z))
    return Tile(z, min(max(x, 0), last), min(max(y, 0), last))


def cell_of_feature(feature: int) -> int:
    """The H3 cell of a feature id."""
    return feature << 9 | 0x1FF


def count_of(byte: int) -> float:
    """The expected count that this byte stands for, to about 2 % of 1 + n."""
    return float(2.0 ** (byte / 16)) - 1.0


def surveyed(ring: Iterable[tuple[float, float]]) -> float:
    """The area by the surveyor's formula, y downwards: MVT wants it positive."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


def get_tile(tile: Tile, layer: str = "hazards", **headers: str) -> httpx.Response:
    """The tile as it is now: cells and features are made anew, and what was built is forgotten."""
    to_tiles()
    forget(layer, [tile])
    return get_path(f"/tiles/v1/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt", **headers)


def get_path(
    path: str, *, method: str = "GET", by: str = ADDRESS, **headers: str
) -> httpx.Response:
    """What the tile server answers to this path."""
    transport = httpx.WSGITransport(app=wsgi.application, remote_addr=by)
    with httpx.Client(transport=transport, base_url="http://testserver") as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.request(method, path, headers=named)
