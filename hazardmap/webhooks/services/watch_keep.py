"""Watch areas of an organisation: add and remove."""

from collections.abc import Collection
from typing import Final, cast
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction

from hazardmap.core.region import Region
from hazardmap.webhooks.models import Endpoint, WatchArea
from hazardmap.webhooks.services.watch_meter import hours_record
from hazardmap.webhooks.values import WebhookRefused

MOST: Final = 100


@transaction.atomic
def watch_add(
    *,
    organisation_id: UUID,
    endpoint_id: UUID,
    name: str,
    region: Region,
    kinds: Collection[str] | None,
    min_probability: float,
    published: bool,
    simulated: bool | None,
) -> UUID:
    """Its endpoint is told from now on. Raises WebhookRefused."""
    mine = Endpoint.objects.select_for_update().filter(organisation_id=organisation_id)
    endpoint = mine.filter(id=endpoint_id).first()
    if endpoint is None:
        raise WebhookRefused("endpoint_id", "there is no such endpoint")
    if endpoint.watch_areas.count() >= MOST:
        raise WebhookRefused("endpoint_id", f"has {MOST} watch areas already")
    row = endpoint.watch_areas.create(
        name=name,
        area=cast(MultiPolygon, GEOSGeometry(memoryview(region.wkb), srid=4326)),
        kinds=None if kinds is None else sorted(kinds),
        min_probability=min_probability,
        published=published,
        simulated=simulated,
    )
    return row.id


@transaction.atomic
def watch_remove(*, organisation_id: UUID, watch_id: UUID) -> bool:
    """The hour that runs is still on its account. False where there is none."""
    found = WatchArea.objects.filter(id=watch_id, endpoint__organisation_id=organisation_id)
    hours_record(found)
    return found.delete()[0] > 0
