"""Keep the rows of single hazards true, and say which tiles that changes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from uuid import UUID

from hazardmap.core.fusion.hazard import LIVE, Hazard
from hazardmap.core.geometry.grid import SINGLE_HAZARDS_FROM_ZOOM
from hazardmap.hazards.selectors import live_hazards
from tiles import mvt
from tiles.device_groups import ALONE, KINDS_OF_DEVICES, Part, Place, parts_around
from tiles.mercator import GRID_ZOOM, MAX_ZOOM, Tile, degrees_at
from tiles.points import Record, record
from tiles.statement import columns, rows

Live = dict[str, Hazard]
Known = Mapping[str, Record]
"""Rows as they stand, by id."""


def hazards_write(
    hazards: Iterable[Hazard], *, gone: Iterable[UUID] = (), anew: bool = False
) -> set[Tile]:
    """Put in what is live of these, take out what is not; return the tiles that have changed.

    Of several states of one hazard the last counts. gone: they are not on the map at all. anew:
    what has not changed is touched, too.
    """
    latest = {str(hazard.id): hazard for hazard in hazards}
    live = {id_: hazard for id_, hazard in latest.items() if hazard.state in LIVE}
    removed = [*(latest.keys() - live.keys()), *map(str, gone)]
    known = _known([*live, *removed])
    parts = parts_around(_places_of_groups(live, known))
    others = _known(parts.keys() - known.keys())
    regrouped = [id_ for id_, row in others.items() if _part(row) != parts[id_]]
    live |= {str(hazard.id): hazard for hazard in live_hazards(map(UUID, regrouped))}
    before = {**known, **others}
    wanted = {id_: record(one, parts.get(id_, ALONE)) for id_, one in live.items()}
    changed = {id_: row for id_, row in wanted.items() if anew or before.get(id_) != row}
    rows("hazards_write", **columns(Record._fields, list(changed.values())))
    rows("hazards_remove", ids=removed)
    return {
        tile for id_ in (*changed, *removed) for tile in _touched(before.get(id_), changed.get(id_))
    }


def _places_of_groups(live: Live, known: Known) -> list[Place]:
    """Where groups may have changed: the places of devices, and those that they have left."""
    here = [(one.lon, one.lat) for one in live.values() if one.kind in KINDS_OF_DEVICES]
    return here + [degrees_at(row.x, row.y) for row in known.values() if row.devices > 1]


def _known(ids: Collection[str]) -> dict[str, Record]:
    return {row[0]: Record._make(row) for row in rows("hazards_known", ids=list(ids))}


def _part(row: Record) -> Part:
    return Part(row.devices, row.from_zoom == SINGLE_HAZARDS_FROM_ZOOM)


def _touched(before: Record | None, after: Record | None) -> Iterator[Tile]:
    """The tiles in which these two differ."""
    both = [row for row in (before, after) if row]
    end = MAX_ZOOM + 1
    if before and after and before != after == before._replace(from_zoom=after.from_zoom):
        end = max(before.from_zoom, after.from_zoom)
    return (tile for row in both for tile in _tiles(row, range(row.from_zoom, end)))


def _tiles(row: Record, zooms: Iterable[int]) -> Iterator[Tile]:
    """A point is in one tile of each zoom."""
    x, y = row.x // mvt.EXTENT, row.y // mvt.EXTENT
    return (Tile(z, x >> GRID_ZOOM - z, y >> GRID_ZOOM - z) for z in zooms)
