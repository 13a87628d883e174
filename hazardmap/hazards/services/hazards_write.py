"""Write hazards with their trails of evidence, where anything about them has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import connection

from hazardmap.core.fusion.fuse import FusedHazard
from hazardmap.core.fusion.hazard import LIVE, Change, Hazard, State
from hazardmap.hazards import mapping, models
from hazardmap.hazards.heir_models import Heir
from hazardmap.hazards.services.events_write import events_write
from hazardmap.hazards.services.evidence_read import Trail
from hazardmap.platform.rows_put import rows_put


def hazards_write(
    *,
    present: Sequence[FusedHazard],
    gone: Mapping[UUID, UUID | None],
    trails: Mapping[UUID, Trail],
) -> None:
    """Store these hazards, delete those whose evidence now belongs to others, tell the feed.

    gone: with the id of the one that now has their evidence. trails: what is stored behind them.
    Call it with their place locked (place_lock), as the last step of a transaction.
    """
    ids = [*(one.hazard.id for one in present), *gone]
    # The sweep that expires hazards knows no places: the rows are locked against it.
    stored = models.Hazard.objects.filter(id__in=ids).select_for_update().order_by("id")
    before = {row.id: mapping.hazard_of(row) for row in stored}
    changed = [one.hazard for one in present if before.get(one.hazard.id) != one.hazard]
    rows_put(models.Hazard, [mapping.hazard_values(hazard) for hazard in changed], over=True)
    _evidence_write(present, trails)
    models.Hazard.objects.filter(id__in=gone).delete()
    heirs = {id_: heir for id_, heir in gone.items() if heir is not None}
    Heir.objects.bulk_create([Heir(gone_id=id_, heir_id=heir) for id_, heir in heirs.items()])
    pairs = [(before.get(hazard.id), hazard) for hazard in changed]
    pairs += [(before[id_], _removed(before[id_])) for id_ in sorted(gone)]
    changes = [(change_between(old, new), new) for old, new in pairs]
    told = [(change, hazard) for change, hazard in changes if change is not None]
    events_write(told, heirs=heirs)


def _removed(hazard: Hazard) -> Hazard:
    if hazard.state not in LIVE:
        return hazard
    return replace(hazard, state=State.CLEARED, published=False, confirmed=False)


def _evidence_write(present: Sequence[FusedHazard], trails: Mapping[UUID, Trail]) -> None:
    """Only passes whose say has changed are written."""
    new, over = [], []
    for one in present:
        id_, stored = one.hazard.id, trails.get(one.hazard.id, {})
        new += [
            mapping.evidence_row(id_, item)
            for item in one.evidence
            if stored.get(item.pass_id) != item
        ]
        over += [(id_, pass_id) for pass_id in stored.keys() - {i.pass_id for i in one.evidence}]
    if over:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM hazards_evidence WHERE (hazard_id, pass_id) IN "
                "(SELECT * FROM unnest(%s::uuid[], %s::uuid[]))",
                [*map(list, zip(*over, strict=True))],
            )
    rows_put(models.Evidence, new, unique="hazard_id, pass_id", over=True)


def change_between(before: Hazard | None, after: Hazard) -> Change | None:
    """What the feed calls a change; None for one between two states that are not on the map."""
    was_live = before is not None and before.state in LIVE
    is_live = after.state in LIVE
    if not is_live:
        return Change.REMOVED if was_live else None
    if before is None or not was_live:
        return Change.APPEARED
    if after.published != before.published:
        return Change.PUBLISHED if after.published else Change.UNPUBLISHED
    return Change.CHANGED
