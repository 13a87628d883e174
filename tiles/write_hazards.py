"""Keep the rows of single hazards true, and say which tiles that changes."""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from hazardmap.core.grid import SINGLE_HAZARDS_FROM_ZOOM
from hazardmap.core.hazard import LIVE, Hazard
from tiles import mvt
from tiles.mercator import GRID_ZOOM, MAX_ZOOM, Tile
from tiles.points import Record, record
from tiles.statement import columns, rows

ZOOMS: Final = range(SINGLE_HAZARDS_FROM_ZOOM, MAX_ZOOM + 1)


def hazards_write(hazards: Iterable[Hazard], *, anew: bool = False) -> set[Tile]:
    """Put in what is live of these, take out what is not; return the tiles that have changed.

    Of several states of one hazard the last counts. anew: what has not changed is touched, too.
    """
    latest = {str(hazard.id): hazard for hazard in hazards}
    known = _known(latest)
    wanted = {id_: record(one) for id_, one in latest.items() if one.state in LIVE}
    changed = {id_: row for id_, row in wanted.items() if anew or known.get(id_) != row}
    gone = [id_ for id_ in latest if id_ not in wanted]
    rows("hazards_write", **columns(Record._fields, list(changed.values())))
    before = [known[id_] for id_ in (*changed, *gone) if id_ in known]
    rows("hazards_remove", ids=gone)
    return {tile for row in (*before, *changed.values()) for tile in _tiles(row)}


def hazards_remove(ids: Iterable[UUID]) -> set[Tile]:
    """Take these out; return the tiles that held them."""
    texts = [str(id_) for id_ in ids]
    before = _known(texts)
    rows("hazards_remove", ids=texts)
    return {tile for row in before.values() for tile in _tiles(row)}


def _known(ids: Iterable[str]) -> dict[str, Record]:
    return {row[0]: Record._make(row) for row in rows("hazards_known", ids=list(ids))}


def _tiles(row: Record) -> Iterator[Tile]:
    """A point is in one tile of each zoom."""
    x, y = row.x // mvt.EXTENT, row.y // mvt.EXTENT
    return (Tile(z, x >> GRID_ZOOM - z, y >> GRID_ZOOM - z) for z in ZOOMS)
