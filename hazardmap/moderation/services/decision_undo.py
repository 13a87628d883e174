"""A moderator takes a decision back."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.hazards import selectors as hazards
from hazardmap.hazards.services import verdict_undo
from hazardmap.moderation.models import Decision
from hazardmap.moderation.services.audit_write import audit_hazard

if TYPE_CHECKING:
    from hazardmap.accounts.models import User


@transaction.atomic
def undo(*, moderator: "User", decision_id: UUID) -> None:
    """Put the map back to what it would be without this decision, own or a colleague's.

    A decision that was taken back before is left alone. Raises Decision.DoesNotExist.
    """
    decision = Decision.objects.select_for_update().get(id=decision_id)
    if decision.undone_at is not None:
        return
    before = hazards.hazard_get(decision.hazard_id)
    verdict_undo(verdict_id=decision.verdict_id)
    decision.undone_at = timezone.now()
    decision.save(update_fields=["undone_at"])
    audit_hazard(
        actor=moderator,
        action=f"undo {decision.action}",
        hazard_id=decision.hazard_id,
        before=before,
        after=hazards.hazard_get(decision.hazard_id),
        reason=f"takes back decision {decision.id}",
    )
