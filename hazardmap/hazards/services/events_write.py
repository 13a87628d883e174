"""Append to the change feed, in the order in which transactions commit."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from django.db import connection
from django.utils import timezone

from hazardmap.core.fusion.hazard import Change, Hazard
from hazardmap.hazards import mapping, models
from hazardmap.platform.rows_put import rows_put

_FEED = 0x66656564


def events_write(
    events: Sequence[tuple[Change, Hazard]],
    *,
    heirs: Mapping[UUID, UUID] = MappingProxyType({}),
) -> None:
    """Tell the feed what has happened to these hazards, in this order.

    heirs: those that are removed because they proved to be one with another → that other one.
    One transaction at a time, from here to its commit: so nobody ever sees a cursor while a
    smaller one may still appear. Call it as the last step of a transaction.
    """
    if not events:
        return
    feed_lock()
    at = timezone.now()
    told = [
        {
            "at": at,
            "change": change.value,
            "hazard_id": hazard.id,
            "hazard": mapping.hazard_json(hazard),
            "merged_into": heirs.get(hazard.id),
        }
        for change, hazard in events
    ]
    rows_put(models.HazardEvent, told, over=False)


def feed_lock() -> None:
    """Until this transaction ends, nobody else writes events."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FEED])
