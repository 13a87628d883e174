"""The layer of streets, for the background."""

from itertools import accumulate
from pathlib import Path
from typing import Final

from hazardmap.hazards.services import roads_load
from tiles.mercator import Tile
from tiles.statement import rows
from tiles.sweep import forget_layer
from tiles.writer import BUDGET_BYTES, truncated

MIN_ZOOM: Final = 10
TRUNCATED: Final = "truncated_roads"
_CLASSES: Final = (
    *(("motorway", "trunk"), ("primary", "secondary")),
    *(("tertiary",), ("unclassified", "residential")),
)
_SHOWN: Final = (*accumulate(_CLASSES), ())
"""What may be drawn, from the least to everything, which is named by nothing."""


def roads_tile(tile: Tile) -> bytes | None:
    """Layer `roads` from zoom 10. Small streets appear as one comes closer; where there are too
    many, whole classes of them are left out, the smallest first, and TRUNCATED says how many.
    """
    if tile.z < MIN_ZOOM:
        return None
    detail = 1 if tile.z < 12 else 3 if tile.z < 14 else len(_SHOWN) - 1
    wanted, body = _drawn(tile, detail)
    shown = wanted
    while len(body) > BUDGET_BYTES and detail > 0:
        detail -= 1
        shown, body = _drawn(tile, detail)
    if shown < wanted:
        body += truncated(shown, wanted - shown, TRUNCATED)
    return body or None


def roads_replace(*, path: Path) -> int:
    """As roads_load; no built tile shows what was there before."""
    count = roads_load(path=path)
    forget_layer("roads")
    return count


def _drawn(tile: Tile, detail: int) -> tuple[int, bytes]:
    classes = list(_SHOWN[detail])
    [(count, body)] = rows("roads", z=tile.z, x=tile.x, y=tile.y, classes=classes)
    return count, bytes(body)
