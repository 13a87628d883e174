"""What work zones are made of: the devices around some places, and the drives by them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

import h3.api.basic_int as h3
from django.db.models import Q

from hazardmap.core.derived.drives import Seen, Track
from hazardmap.core.derived.workzone import Tracks, sites
from hazardmap.core.fusion.hazard import LIVE_STATES, Hazard
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.kinds import KINDS, Group
from hazardmap.core.seeing.tracks import TrackPoint
from hazardmap.hazards import models
from hazardmap.hazards.columns import hazards_of
from hazardmap.platform.rows_put import array
from hazardmap.platform.rows_read import rows_read

PASSES = 12
"""Of each device, the latest that reported it: their drives make the line."""
_REACH_RINGS = 3  # of cells of hazards: ≥ 163 m anywhere, more than zone_line.REACH_M
_DRIVE_RINGS = 1  # half of that is enough between two devices

_PASSES = """
    SELECT hazard_id, latest.device_id, first_at, last_at, captured_at,
        ST_X(seen.position::geometry), ST_Y(seen.position::geometry)
    FROM unnest(%s::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
        SELECT * FROM hazards_evidence WHERE hazard_id = wanted.id AND seen
        ORDER BY last_at DESC, pass_id LIMIT %s
    ) AS latest
    LEFT JOIN hazards_observation AS seen ON seen.id = best_observation
    LEFT JOIN hazards_view AS view ON view.frame_id = seen.view_id
"""
_FIXES = """
    SELECT DISTINCT view.device_id, captured_at, ST_X(position::geometry),
        ST_Y(position::geometry), accuracy_m
    FROM unnest(%s::bigint[], %s::uuid[], %s::timestamptz[], %s::timestamptz[])
        AS wanted (cell, device_id, first_at, last_at)
    JOIN hazards_view AS view ON view.cell = wanted.cell
        AND view.device_id = wanted.device_id AND captured_at BETWEEN first_at AND last_at
"""
_DEVICES = Q(
    kind__in=[kind.name for kind in KINDS.values() if kind.group is Group.CONSTRUCTION],
    state__in=LIVE_STATES,
    published=True,
)


def devices_around(cells: Iterable[int]) -> dict[UUID, Hazard]:
    """Devices (core.derived.workzone.is_device) by id: those near these cells, with their whole
    sites.

    cells: of hazards (coverings.looked_cell).
    """
    around: dict[UUID, Hazard] = {}
    asked: set[int] = set()
    chosen: set[UUID] = set()
    edge = set(cells)
    while edge:
        asked |= edge
        near = {other for one in edge for other in h3.grid_disk(one, _REACH_RINGS)}
        around |= _devices(Q(cell__in=near))
        chosen = chosen or set(around)
        parts = [{device.id for device in site} for site in sites(around.values())]
        chosen = {id_ for part in parts if not part.isdisjoint(chosen) for id_ in part}
        edge = {looked_cell(around[id_].lon, around[id_].lat) for id_ in chosen} - asked
    return {id_: around[id_] for id_ in chosen}


def device_cells(ids: Collection[UUID]) -> set[int]:
    """The cells of those of these hazards that are devices."""
    return set(models.Hazard.objects.filter(_DEVICES, id__in=ids).values_list("cell", flat=True))


def every_device() -> list[UUID]:
    """Of the whole map."""
    return list(models.Hazard.objects.filter(_DEVICES).values_list("id", flat=True))


def tracks_by(devices: Collection[Hazard]) -> Tracks:
    """The fixes of the drives that reported these devices, around them."""
    around = {
        device.id: h3.grid_disk(looked_cell(device.lon, device.lat), _DRIVE_RINGS)
        for device in devices
    }
    wanted: set[tuple[object, ...]] = set()
    seen: dict[UUID, set[Seen]] = defaultdict(set)
    for hazard_id, device_id, first_at, last_at, at, *place in rows_read(
        _PASSES, [array(around), PASSES]
    ):
        wanted |= {(cell, device_id, first_at, last_at) for cell in around[hazard_id]}
        if at is not None:
            seen[device_id].add(Seen(at, hazard_id, *place))
    fixes: dict[UUID, set[TrackPoint]] = defaultdict(set)
    if wanted:
        columns = [array(column) for column in zip(*wanted, strict=True)]
        for device_id, *fix in rows_read(_FIXES, columns):
            fixes[device_id].add(TrackPoint(*fix))
    return {id_: Track(of_device, seen.get(id_, ())) for id_, of_device in fixes.items()}


def _devices(condition: Q) -> dict[UUID, Hazard]:
    found = models.Hazard.objects.filter(_DEVICES & condition)
    return {hazard.id: hazard for hazard in hazards_of(found)}
