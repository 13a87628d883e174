"""The layer of hazards: cells that count below zoom 12, single hazards from there."""

from typing import Final

from hazardmap.core.grid import SINGLE_HAZARDS_FROM_ZOOM
from tiles import cells, mvt, points
from tiles.mercator import Tile
from tiles.statement import rows

BUDGET_BYTES: Final = 500_000


def hazards_tile(tile: Tile) -> bytes | None:
    """Layer `cells` or `hazards`, and `truncated` where there is no room for all of it.

    Cells count every hazard; the fullest stay. Of single hazards the gravest stay.
    """
    if tile.z < SINGLE_HAZARDS_FROM_ZOOM:
        return _cells(tile)
    return _single(tile)


def _cells(tile: Tile) -> bytes | None:
    address = {"z": tile.z, "x": tile.x, "y": tile.y}
    [(count, size, body)] = rows("cells", **address)
    if not count:
        return None
    if size <= BUDGET_BYTES:
        return mvt.layer(cells.HEADER, body)
    [(shown, body)] = rows("cells_heaviest", **address, budget=BUDGET_BYTES)
    return mvt.layer(cells.HEADER, body) + _truncated(shown, count - shown)


def _single(tile: Tile) -> bytes | None:
    first, end = tile.quadkeys()
    [(count, body)] = rows("hazards", z=tile.z, first=first, end=end, most=points.MOST_SHOWN)
    if not count:
        return None
    layer = mvt.layer(points.HEADER, body)
    if count < points.MOST_SHOWN:
        return layer
    [(all_,)] = rows("hazards_counted", first=first, end=end)
    return layer + _truncated(count, all_ - count) if all_ > count else layer


def _truncated(shown: int, left_out: int) -> bytes:
    """A layer with one point, in the middle of the tile, that says what is not in it."""
    values = map(mvt.uint_value, (shown, left_out))
    head = mvt.header("truncated", ("shown", "left_out"), values)
    middle = mvt.point(mvt.EXTENT // 2, mvt.EXTENT // 2)
    tags = mvt.tags([(0, 0), (1, 1)])
    return mvt.layer(head, mvt.feature(1, tags, mvt.Shape.POINT, middle))
