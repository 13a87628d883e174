"""A moderator's word: stored as evidence of its own kind, then the place is evaluated anew."""

from uuid import UUID

from django.utils import timezone

from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.kinds import KINDS
from hazardmap.hazards import models
from hazardmap.hazards.services.ground_fuse import Places
from hazardmap.hazards.services.word_store import observations_behind, word_store


class VerdictRefused(Exception):
    """The message says in one sentence what is wrong."""


def verdict_give(*, hazard_id: UUID, decision: Ruling, kind: str = "") -> UUID:
    """Confirm, reject or relabel a hazard; return the verdict's id.

    kind: the new kind of a relabel. Raises VerdictRefused.
    """
    if decision is Ruling.RELABEL and kind not in KINDS:
        raise VerdictRefused(f"{kind or 'nothing'} is not a kind of hazard.")

    def store() -> tuple[UUID, Places]:
        hazard = models.Hazard.objects.filter(id=hazard_id).first()
        if hazard is None:
            raise VerdictRefused("There is no such hazard any more.")
        verdict = models.Verdict.objects.create(
            decision=decision.value,
            kind=kind if decision is Ruling.RELABEL else hazard.kind,
            position=hazard.position,
            cell=hazard.cell,
            observations=observations_behind(hazard),
        )
        return verdict.id, [(hazard.position.x, hazard.position.y)]

    return word_store(store)


def verdict_undo(*, verdict_id: UUID) -> None:
    """Take a verdict back. Doing it twice changes nothing."""

    def undo() -> tuple[UUID, Places]:
        verdict = models.Verdict.objects.select_for_update().get(id=verdict_id)
        if verdict.undone_at is None:
            verdict.undone_at = timezone.now()
            verdict.save(update_fields=["undone_at"])
        return verdict.id, [(verdict.position.x, verdict.position.y)]

    word_store(undo)
