"""Write hazards with their trails of evidence, where anything about them has changed."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from hazardmap.core.fusion import FusedHazard
from hazardmap.core.hazard import LIVE, Change, Hazard, State
from hazardmap.hazards import models, rows
from hazardmap.hazards.services.events_write import events_write

_FIELDS = [field.name for field in models.Hazard._meta.concrete_fields if not field.primary_key]


def hazards_write(*, present: Sequence[FusedHazard], gone: Collection[UUID]) -> None:
    """Store these hazards, delete those whose evidence now belongs to others, tell the feed.

    Call it with their place locked (place_lock), as the last step of a transaction.
    """
    ids = [*(one.hazard.id for one in present), *gone]
    # The sweep that expires hazards knows no places: the rows are locked against it.
    stored = models.Hazard.objects.filter(id__in=ids).select_for_update().order_by("id")
    before = {row.id: rows.hazard_of(row) for row in stored}
    changed = [one.hazard for one in present if before.get(one.hazard.id) != one.hazard]
    models.Hazard.objects.bulk_create(
        [rows.hazard_row(hazard) for hazard in changed],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_FIELDS,
    )
    _evidence_write(present)
    models.Hazard.objects.filter(id__in=gone).delete()
    pairs = [(before.get(hazard.id), hazard) for hazard in changed]
    pairs += [(before[id_], _removed(before[id_])) for id_ in sorted(gone)]
    changes = [(change_between(old, new), new) for old, new in pairs]
    events_write([(change, hazard) for change, hazard in changes if change is not None])


def _removed(hazard: Hazard) -> Hazard:
    if hazard.state not in LIVE:
        return hazard
    return replace(hazard, state=State.CLEARED, published=False, confirmed=False)


def _evidence_write(present: Sequence[FusedHazard]) -> None:
    """Only passes whose say has changed are written."""
    ids = [one.hazard.id for one in present]
    stored = {
        (row.hazard_id, row.pass_id): row
        for row in models.Evidence.objects.filter(hazard_id__in=ids)
    }
    new = []
    for one in present:
        for item in one.evidence:
            row = stored.get((one.hazard.id, item.pass_id))
            if row is not None and rows.evidence_of(row) == item:
                del stored[one.hazard.id, item.pass_id]
            else:
                new.append(rows.evidence_row(one.hazard.id, item))
    models.Evidence.objects.filter(id__in=[row.id for row in stored.values()]).delete()
    models.Evidence.objects.bulk_create(new)


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
