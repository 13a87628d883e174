"""Watch areas of an organisation: add, change and remove. by_key: see webhooks.whose."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry, LineString
from django.db import connection, transaction

from hazardmap.core.geometry.corridor import Watched
from hazardmap.webhooks.models import Endpoint, WatchArea
from hazardmap.webhooks.services.watch_meter import hours_record
from hazardmap.webhooks.values import WatchChange, WebhookRefused
from hazardmap.webhooks.whose import whose

MOST: Final = 100
PIECE_POSITIONS: Final = 64
_CUT: Final = """
    INSERT INTO webhooks_watchpiece (watch_id, piece)
    SELECT id, ST_Subdivide(area, %s) FROM webhooks_watcharea WHERE id = %s
"""


@transaction.atomic
def watch_add(
    *,
    organisation_id: UUID,
    endpoint_id: UUID,
    name: str,
    watched: Watched,
    kinds: Collection[str] | None,
    min_probability: float,
    published: bool,
    simulated: bool | None,
    by_key: str | None = None,
) -> UUID:
    """Its endpoint is told from now on. Raises WebhookRefused."""
    mine = Endpoint.objects.select_for_update().filter(whose(organisation_id, by_key))
    endpoint = mine.filter(id=endpoint_id).first()
    if endpoint is None:
        raise WebhookRefused("endpoint_id", "there is no such endpoint")
    if endpoint.watch_areas.count() >= MOST:
        raise WebhookRefused("endpoint_id", f"has {MOST} watch areas already")
    row = endpoint.watch_areas.create(
        name=name,
        **_where(watched),
        kinds=None if kinds is None else sorted(kinds),
        min_probability=min_probability,
        published=published,
        simulated=simulated,
    )
    _cut(row.id)
    return row.id


@transaction.atomic
def watch_change(
    *, organisation_id: UUID, watch_id: UUID, changes: WatchChange, by_key: str | None = None
) -> bool:
    """What is left out stays; changes from now on are told accordingly. False where there is none.

    Nothing is told of what it sees or sees no longer because of this.
    """
    mine = whose(organisation_id, by_key, at="endpoint__")
    row = WatchArea.objects.select_for_update(of=("self",)).filter(mine, id=watch_id).first()
    if row is None:
        return False
    columns: dict[str, object] = {**changes}
    if "watched" in changes:
        columns |= _where(changes["watched"])
        del columns["watched"]
    if kinds := changes.get("kinds"):
        columns["kinds"] = sorted(kinds)
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=columns)
    if "watched" in changes:
        row.pieces.all().delete()
        _cut(row.id)
    return True


@transaction.atomic
def watch_remove(*, organisation_id: UUID, watch_id: UUID, by_key: str | None = None) -> bool:
    """The hour that runs is still on its account. False where there is none."""
    found = WatchArea.objects.filter(whose(organisation_id, by_key, at="endpoint__"), id=watch_id)
    hours_record(found)
    return found.delete()[0] > 0


def _where(watched: Watched) -> dict[str, object]:
    """The columns."""
    return {
        "area": GEOSGeometry(memoryview(watched.region.wkb), srid=4326),
        "route": LineString(watched.line, srid=4326) if watched.line else None,
        "corridor_m": watched.corridor_m,
    }


def _cut(watch_id: UUID) -> None:
    """Into pieces that are quickly told from each other: places are looked up in these."""
    with connection.cursor() as cursor:
        cursor.execute(_CUT, [PIECE_POSITIONS, watch_id])
