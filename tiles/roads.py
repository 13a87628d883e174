"""The layer of streets, for the background."""

from pathlib import Path
from typing import Final

from hazardmap.hazards.services import roads_load
from tiles.mercator import Tile
from tiles.statement import read
from tiles.sweep import forget_layer

MIN_ZOOM: Final = 10


def roads_tile(tile: Tile) -> bytes | None:
    """Layer `roads`, from zoom 10."""
    if tile.z < MIN_ZOOM:
        return None
    [(body,)] = read("roads", z=tile.z, x=tile.x, y=tile.y)
    return bytes(body) if body else None


def roads_replace(*, path: Path) -> int:
    """As roads_load; no built tile shows what was there before."""
    count = roads_load(path=path)
    forget_layer("roads")
    return count
