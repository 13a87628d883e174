"""Where and how the outline of an H3 cell is drawn: as finished MVT geometry, tile by tile."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from math import ceil, floor

import h3.api.basic_int as h3
from shapely import Polygon, box, get_parts, set_precision

from hazardmap.core.geometry.grid import corners, zooms_of_res
from tiles import mvt
from tiles.mercator import BUFFER_SHARE, Tile, to_shares

BUFFER = round(BUFFER_SHARE * mvt.EXTENT)
_END = mvt.EXTENT + BUFFER
_WINDOW = box(-BUFFER, -BUFFER, _END, _END)
_HEXAGON = 6
Outline = Sequence[tuple[float, float]]


@lru_cache(maxsize=100_000)
def outlines(h3_cell: int) -> Sequence[tuple[Tile, bytes]]:
    """Every tile that draws this cell, at the zooms of its resolution, with its part in it.

    A cell on the antimeridian is in the tiles of both sides; one beyond the edge of a Mercator
    map is in none.
    """
    shape = _shape(h3_cell)
    return [
        (tile, mvt.polygons(rings))
        for zoom in zooms_of_res(h3.get_resolution(h3_cell))
        for tile, rings in _drawn(shape, zoom).items()
    ]


def outline_in(h3_cell: int, tile: Tile) -> bytes | None:
    """The part of a cell of any resolution in one tile; None where it has none."""
    rings = _drawn(_shape(h3_cell), tile.z).get(tile)
    return mvt.polygons(rings) if rings else None


def tiles_drawing(h3_cell: int, zoom: int) -> Iterable[Tile]:
    """Every tile of this zoom that draws this cell, of whatever resolution."""
    return _drawn(_shape(h3_cell), zoom).keys()


def _shape(h3_cell: int) -> Outline:
    """Corners in shares of the world, x eastwards and beyond 1 where it crosses the antimeridian.

    y downwards, and so clockwise on a screen, as MVT wants it.
    """
    return [to_shares(lon, lat) for lon, lat in reversed(corners(h3_cell))]


def _drawn(shape: Outline, zoom: int) -> dict[Tile, list[mvt.Ring]]:
    side = 1 << zoom
    corners = [(x * side, y * side) for x, y in shape]
    columns = _touched([x for x, _ in corners])
    rows = [row for row in _touched([y for _, y in corners]) if 0 <= row < side]
    found: dict[Tile, list[mvt.Ring]] = defaultdict(list)
    for column, row in product(columns, rows):
        local = [((x - column) * mvt.EXTENT, (y - row) * mvt.EXTENT) for x, y in corners]
        for ring in _clipped(local):
            found[Tile(zoom, column % side, row)].append(ring)
    return found


def _touched(places: Sequence[float]) -> range:
    """The columns or rows whose tiles, with their buffers, hold something between these places."""
    return range(floor(min(places) - BUFFER_SHARE), ceil(max(places) + BUFFER_SHARE))


def _clipped(corners: Outline) -> Iterator[mvt.Ring]:
    """What of an outline lies in the tile and its buffer, on whole units and valid."""
    # The sides of a hexagon are at least 15 units long, so that rounding cannot cross them, unless
    # the edge of the world (y on a tile's edge to the last digit) has pressed it flat.
    if len(corners) == _HEXAGON and all(
        -BUFFER <= x <= _END and -BUFFER <= y <= _END and y % mvt.EXTENT for x, y in corners
    ):
        yield [(round(x), round(y)) for x, y in corners]
        return
    outline = Polygon(corners)
    if not outline.is_valid or outline.area == 0.0:
        return  # around a pole, beyond the edge of the map
    for part in get_parts(set_precision(outline.intersection(_WINDOW), 1.0)):
        if isinstance(part, Polygon) and part.area > 0.0:
            ring = [(round(x), round(y)) for x, y in part.exterior.coords[:-1]]
            yield ring if part.exterior.is_ccw else ring[::-1]
