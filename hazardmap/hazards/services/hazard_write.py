"""Write a hazard and tell the change feed, if anything about it has changed."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from hazardmap.core.hazard import LIVE, Change, Evidence, Hazard, State
from hazardmap.hazards import models, rows


def hazard_write(*, hazard: Hazard, evidence: Sequence[Evidence]) -> None:
    """Store the state of a hazard with its trail of evidence."""
    row = models.Hazard.objects.filter(id=hazard.id).first()
    before = None if row is None else rows.hazard_of(row)
    if before != hazard:
        rows.hazard_row(hazard).save(force_insert=row is None, force_update=row is not None)
        change = change_between(before, hazard)
        if change is not None:
            event_write(change, hazard)
    _evidence_write(hazard.id, evidence)


def _evidence_write(hazard_id: UUID, evidence: Sequence[Evidence]) -> None:
    """Only passes whose say has changed are written."""
    stored = {
        row.pass_id: rows.evidence_of(row)
        for row in models.Evidence.objects.filter(hazard_id=hazard_id)
    }
    changed = [item for item in evidence if stored.pop(item.pass_id, None) != item]
    outdated = [*stored, *(item.pass_id for item in changed)]
    models.Evidence.objects.filter(hazard_id=hazard_id, pass_id__in=outdated).delete()
    models.Evidence.objects.bulk_create(rows.evidence_row(hazard_id, item) for item in changed)


def hazard_gone(*, hazard_id: UUID) -> None:
    """Remove a hazard whose evidence now belongs to another one or counts no more."""
    row = models.Hazard.objects.get(id=hazard_id)
    hazard = rows.hazard_of(row)
    if hazard.state in LIVE:
        event_write(
            Change.REMOVED, replace(hazard, state=State.CLEARED, published=False, confirmed=False)
        )
    row.delete()


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


def event_write(change: Change, hazard: Hazard) -> None:
    models.HazardEvent.objects.create(
        change=change.value, hazard_id=hazard.id, hazard=rows.hazard_json(hazard)
    )
