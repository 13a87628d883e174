"""The layer of hazards: cells that count below zoom 12, single hazards from there."""

from hazardmap.core.geometry.grid import SINGLE_HAZARDS_FROM_ZOOM
from tiles import cells, mvt, points
from tiles.files import Unavailable
from tiles.mercator import Tile
from tiles.prepared import read
from tiles.writer import BUDGET_BYTES, truncated


def hazards_tile(tile: Tile) -> bytes | None:
    """Layer `cells` or `hazards`, and `truncated` where there is no room for all of it.

    Cells count every hazard; the fullest stay. Of single hazards the gravest stay.
    """
    if tile.z < SINGLE_HAZARDS_FROM_ZOOM:
        return _cells(tile)
    return _single(tile)


def _cells(tile: Tile) -> bytes | None:
    address = {"z": tile.z, "x": tile.x, "y": tile.y}
    [(count, size, body)] = read("cells", **address)
    if not count:
        return None
    if size <= BUDGET_BYTES:
        return mvt.layer(cells.HEADER, body)
    [(shown, body)] = read("cells_heaviest", **address, budget=BUDGET_BYTES)
    return mvt.layer(cells.HEADER, body) + truncated(shown, count - shown)


def _single(tile: Tile) -> bytes | None:
    first, end = tile.quadkeys()
    [(count, own, heads)] = read("hazards", z=tile.z, first=first, end=end, most=points.MOST_SHOWN)
    if not count:
        return None
    try:
        layer = mvt.layer(points.HEADER, points.body(count, own, heads))
    except ValueError as error:  # the publisher makes them anew
        raise Unavailable("The tiles are being rebuilt.") from error
    if count < points.MOST_SHOWN:
        return layer
    [(all_,)] = read("hazards_counted", z=tile.z, first=first, end=end)
    return layer + truncated(count, all_ - count) if all_ > count else layer
