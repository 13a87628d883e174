"""The layer of streets, for the background."""

from typing import Final

from tiles.mercator import Tile
from tiles.statement import read

MIN_ZOOM: Final = 10


def roads_tile(tile: Tile) -> bytes | None:
    """Layer `roads`, from zoom 10."""
    if tile.z < MIN_ZOOM:
        return None
    [(body,)] = read("roads", z=tile.z, x=tile.x, y=tile.y)
    return bytes(body) if body else None
