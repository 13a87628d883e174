"""What a client of the tiles does: finds its tile, and reads ids and counts back."""

from tiles.mercator import HALF_WORLD_M, Tile, to_metres


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
