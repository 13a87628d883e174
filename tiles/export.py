"""The whole map in one file: which tiles there are, and what stands in each.

A client reads parts of the file by ranges, or takes it along. Its tiles are those that the server
gives, layers of one address put together.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from hazardmap.core.full_times import day_of
from hazardmap.core.operation.licence import DATA_LICENCE
from hazardmap.hazards.coverage_search import WINDOW
from hazardmap.hazards.zone_selectors import zones_page
from tiles import coverage, layers, workzones
from tiles.archive import Archive, writing
from tiles.mercator import GRID_ZOOM, Tile, degrees_at
from tiles.outlines import tiles_drawing
from tiles.points import EVERY_DEVICE_FROM_ZOOM
from tiles.statement import rows
from tiles.strokes import tiles_with
from tiles.tilejson import OURS, WORLD

LAYERS: Final = ("hazards", "workzones", "coverage")
"""Streets are OpenStreetMap's, which has archives of its own."""
MAX_ZOOM: Final = EVERY_DEVICE_FROM_ZOOM
"""From here on every hazard is drawn, so that a client may enlarge these tiles."""
EVERY: Final = 500
PAGE: Final = 1000


def export() -> Iterator[tuple[int, int]]:
    """Make the file anew and put it in the place of the old one when it is complete.

    Yields (tiles done, tiles in all). Stopped, it leaves the old file as it is. Raises
    archive.Busy where another process is at it, and OSError as files do.
    """
    begin = timezone.now()
    path = Path(settings.TILE_EXPORT)
    with writing(path) as archive:
        wanted = addresses(begin)
        for done, tile in enumerate(archive.in_order(wanted)):
            if done % EVERY == 0:
                yield done, len(wanted)
            _add(archive, tile, wanted[tile])
        archive.finish(_metadata(begin), _bounds(wanted))
    yield len(wanted), len(wanted)


def addresses(now: datetime) -> dict[Tile, list[str]]:
    """Every tile that may hold something, with the layers that may."""
    found: dict[Tile, list[str]] = {}
    for layer, tiles in zip(LAYERS, (_hazards(), _workzones(), _coverage(now)), strict=True):
        for tile in tiles:
            found.setdefault(tile, []).append(layer)
    return found


def _add(archive: Archive, tile: Tile, names: list[str]) -> None:
    body = b"".join(layers.build(name, tile) or b"" for name in names)
    if body:
        archive.add(tile, body)


def _bounds(tiles: Iterable[Tile]) -> Sequence[float]:
    """West, south, east, north of all that is archived, which clients ask for nothing beyond; the
    world where that is nothing."""
    deepest = [tile for tile in tiles if tile.z == MAX_ZOOM]
    if not deepest:
        return WORLD
    columns, rows_down = {tile.x for tile in deepest}, {tile.y for tile in deepest}
    units = 4096 << GRID_ZOOM - MAX_ZOOM
    west, north = degrees_at(min(columns) * units, min(rows_down) * units)
    east, south = degrees_at((max(columns) + 1) * units, (max(rows_down) + 1) * units)
    return west, south, east, north


def _hazards() -> set[Tile]:
    return {Tile(*address) for address in rows("addresses", max_zoom=MAX_ZOOM)}


def _workzones() -> set[Tile]:
    found: set[Tile] = set()
    page = zones_page(None, limit=PAGE)
    while page:
        for state in page:
            found |= tiles_with(state.zone.line, workzones.MIN_ZOOM, MAX_ZOOM)
        page = zones_page(None, after=page[-1].zone.id, limit=PAGE)
    return found


def _coverage(now: datetime) -> set[Tile]:
    # A tile is read a little later than this: what fades meanwhile is empty then.
    looked = [cell for (cell,) in rows("looked_cells", since=day_of(now - WINDOW))]
    return {
        tile
        for zoom in range(coverage.MIN_ZOOM, MAX_ZOOM + 1)
        for cell in coverage.cells_shown(looked, zoom)
        for tile in tiles_drawing(cell, zoom)
    }


def _metadata(begin: datetime) -> dict[str, Any]:
    described = [layers.LAYERS[name].describe("") for name in LAYERS]
    hazards = described[0]
    return {
        "name": "hazardmap",
        "description": "road hazards whose probability fades with time; the client fades them",
        "version": hazards["version"],
        "type": "overlay",
        "attribution": OURS,
        "license": DATA_LICENCE,
        "exported_at": begin.isoformat(),
        "vector_layers": [part for one in described for part in one["vector_layers"]],
        **{name: hazards[name] for name in ("epoch", "time_unit_s", "half_lives")},
    }
