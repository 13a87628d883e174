"""Reads: how far others are behind the change feeds, and what waits for a new version."""

from datetime import datetime
from typing import NamedTuple

from hazardmap.hazards import feed_models, learned_models, models, zone_models

COUNTED = 10_000
"""Beyond that it says nothing more, and counting takes long."""


class Behind(NamedTuple):
    """What somebody has not taken in. events: up to COUNTED; since: of the first, None for none."""

    events: int
    since: datetime | None


class Stale(NamedTuple):
    """Places that wait for the newest version, which was written at that time."""

    places: int
    version_at: datetime | None


def behind_hazards(cursor: int) -> Behind:
    """Changes of hazards after a cursor."""
    found = models.HazardEvent.objects.filter(cursor__gt=cursor).order_by("cursor")
    return Behind(found[:COUNTED].count(), found.values_list("at", flat=True).first())


def behind_zones(cursor: int) -> Behind:
    """Changes of work zones after a cursor."""
    found = zone_models.ZoneEvent.objects.filter(cursor__gt=cursor).order_by("cursor")
    return Behind(found[:COUNTED].count(), found.values_list("at", flat=True).first())


def readers() -> dict[str, Behind]:
    """Everybody inside the site who follows the changes of hazards, by name."""
    known = feed_models.FeedReader.objects.order_by("name").values_list("name", "cursor")
    return {name: behind_hazards(cursor) for name, cursor in known}


def stale() -> Stale:
    versions = learned_models.FusionVersion.objects.order_by("-number").values_list("at", flat=True)
    return Stale(learned_models.StalePlace.objects.count(), versions.first())
