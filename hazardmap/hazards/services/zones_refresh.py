"""Keep the work zones what the construction hazards and the drives by them say."""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hazardmap.core.derived.workzone import (
    LEAST_DEVICES,
    WorkZone,
    ZoneChange,
    settled,
    sites,
    work_zones,
)
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.kinds import KINDS, Group
from hazardmap.hazards import zone_mapping, zone_models
from hazardmap.hazards.services.feed_follow import Touched, feed_follow, feed_hold
from hazardmap.hazards.services.zone_devices import (
    device_cells,
    devices_around,
    every_device,
    tracks_by,
)
from hazardmap.platform.rows_put import rows_put

READER = "zones"
BATCH = 100


def zones_refresh() -> int:
    """Take in what has changed; how many changes. Safe to run twice and at once."""
    return feed_follow(READER, _take)


def zones_rebuild() -> Iterator[tuple[int, int]]:
    """Make every work zone anew; those that are right stay. Yields (devices done, in all).

    Workers may go on meanwhile.
    """
    standing = zone_models.Zone.objects.filter(ended_at=None).values_list("hazard_ids", flat=True)
    ids = sorted({id_ for zone in standing for id_ in zone}.union(every_device()))
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        with transaction.atomic():
            feed_hold(READER)
            _settle(set(batch), device_cells(batch))
        yield min(start + BATCH, len(ids)), len(ids)


def _take(touched: Collection[Touched]) -> None:
    of_zones = [one for one in touched if KINDS[one.kind].group is Group.CONSTRUCTION]
    if of_zones:
        cells = {looked_cell(one.lon, one.lat) for one in of_zones}
        _settle({one.hazard_id for one in of_zones}, cells)


def _settle(ids: set[UUID], cells: set[int]) -> None:
    """Make the zones around anew. ids: hazards that were devices, or are. cells: where."""
    devices = devices_around(cells)
    while True:
        found = [zone for site in sites(devices.values()) for zone in _zones_of(site)]
        related = Q(hazard_ids__overlap=[*ids, *devices]) | Q(id__in=[zone.id for zone in found])
        stored = [zone_mapping.zone_of(row) for row in zone_models.Zone.objects.filter(related)]
        left = {id_ for zone in stored if zone.ended_at is None for id_ in zone.hazard_ids}
        beyond = device_cells(left - devices.keys())
        if not beyond:
            break
        devices |= devices_around(beyond)
    _write(stored, settled(stored, found, timezone.now()))


def _zones_of(site: Collection[Hazard]) -> list[WorkZone]:
    return work_zones(site, tracks_by(site)) if len(site) >= LEAST_DEVICES else []


def _write(before: Iterable[WorkZone], after: Iterable[WorkZone]) -> None:
    """Store what has changed, and tell the feed of zones."""
    known = {zone.id: zone for zone in before}
    changed = [zone for zone in after if known.get(zone.id) != zone]
    now = timezone.now()
    new = [zone_mapping.zone_row(zone, updated_at=now) for zone in changed]
    rows_put(zone_models.Zone, new, over=True)
    told = [
        {
            "at": now,
            "change": _change(known.get(zone.id), zone).value,
            "zone_id": zone.id,
            "zone": zone_mapping.zone_json(zone),
        }
        for zone in changed
    ]
    rows_put(zone_models.ZoneEvent, told, over=False)


def _change(before: WorkZone | None, after: WorkZone) -> ZoneChange:
    if after.ended_at is not None:
        return ZoneChange.ENDED
    if before is None or before.ended_at is not None:
        return ZoneChange.APPEARED
    return ZoneChange.CHANGED
