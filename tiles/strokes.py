"""Lines as they are drawn: which tiles they run through, and their part in each."""

from collections.abc import Iterable, Sequence

from shapely import LineString, MultiLineString, box, get_parts, intersects, prepare
from shapely.affinity import affine_transform

from tiles import mvt
from tiles.mercator import BUFFER_SHARE, MAX_ZOOM, Tile, to_shares

Line = Sequence[tuple[float, float]]
"""(lon, lat) within ±180; neighbours are closest the short way around."""


def stroke(line: Line, tile: Tile) -> bytes | None:
    """The part of a line in a tile and its buffer, as MVT geometry; None where it has none."""
    side = mvt.EXTENT << tile.z
    west, north = tile.x * mvt.EXTENT, tile.y * mvt.EXTENT
    buffer = BUFFER_SHARE * mvt.EXTENT
    window = box(-buffer, -buffer, mvt.EXTENT + buffer, mvt.EXTENT + buffer)
    drawn = affine_transform(_on_world(line), [side, 0, 0, side, -west, -north])
    paths = [path for part in get_parts(drawn.intersection(window)) if (path := _rounded(part))]
    return mvt.lines(paths) if paths else None


def tiles_with(line: Line, from_zoom: int, to_zoom: int = MAX_ZOOM) -> set[Tile]:
    """Every tile of these zooms that draws a part of a line, with its buffer."""
    drawn = _on_world(line)
    prepare(drawn)
    found = set()
    waiting = [Tile(0, 0, 0)]
    while waiting:
        tile = waiting.pop()
        size = 1.0 / (1 << tile.z)
        west, north, buffer = tile.x * size, tile.y * size, BUFFER_SHARE * size
        window = box(west - buffer, north - buffer, west + size + buffer, north + size + buffer)
        if intersects(drawn, window):
            if tile.z >= from_zoom:
                found.add(tile)
            waiting += _quarters(tile) if tile.z < to_zoom else ()
    return found


def _quarters(tile: Tile) -> Iterable[Tile]:
    return (Tile(tile.z + 1, 2 * tile.x + i, 2 * tile.y + j) for i in (0, 1) for j in (0, 1))


def _on_world(line: Line) -> MultiLineString:
    """In shares of the world, and beside it, where what crosses the antimeridian comes in again."""
    places: list[tuple[float, float]] = []
    for lon, lat in line:
        x, y = to_shares(lon, lat)
        places.append((x + round(places[-1][0] - x) if places else x, y))
    return MultiLineString(
        [LineString([(x + turn, y) for x, y in places]) for turn in (-1.0, 0.0, 1.0)]
    )


def _rounded(part: object) -> mvt.Ring:
    """A line on whole units, empty where that leaves nothing."""
    if not isinstance(part, LineString):
        return []
    corners = [(round(x), round(y)) for x, y in part.coords]
    path = [here for i, here in enumerate(corners) if i == 0 or here != corners[i - 1]]
    return path if len(path) > 1 else []
