"""Reads: how far tiles are behind the map, and when it was last written into a file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from hazardmap.hazards.backlog import behind_hazards, behind_zones
from hazardmap.hazards.version_selectors import half_lives_s
from tiles.models import Publication
from tiles.publish import encoding


class Unpublished(NamedTuple):
    """changes: that no tile shows yet. since: of the first, None for none. is_built: publish."""

    changes: int
    since: datetime | None
    is_built: bool


def unpublished() -> Unpublished:
    place = Publication.objects.filter(id=1).first() or Publication()
    parts = [behind_hazards(place.hazards_cursor), behind_zones(place.zones_cursor)]
    times = [part.since for part in parts if part.since]
    is_built = place.encoding == encoding(half_lives_s())
    return Unpublished(sum(part.events for part in parts), min(times, default=None), is_built)


def exported_at() -> datetime | None:
    """When the archive of all tiles was written; None where there is none."""
    try:
        written = Path(settings.TILE_EXPORT).stat().st_mtime
    except FileNotFoundError:
        return None
    return datetime.fromtimestamp(written, UTC)
