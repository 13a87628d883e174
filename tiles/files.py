"""Built tiles as files."""

from collections.abc import Iterable

from tiles.mercator import Tile


def forget(layer: str, tiles: Iterable[Tile]) -> int:
    """There are no files yet."""
    return 0
