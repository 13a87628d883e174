"""Reads: what moderators have decided."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from hazardmap.moderation.models import Decision

if TYPE_CHECKING:
    from hazardmap.accounts.models import User

OFFER_UNDO = timedelta(hours=1)


def decisions_about(hazard_id: UUID) -> list[Decision]:
    """Every decision about a hazard, newest first, those taken back too."""
    rows = Decision.objects.filter(hazard_id=hazard_id).select_related("moderator")
    return list(rows.order_by("-at", "-id"))


def last_decision(moderator: "User") -> Decision | None:
    """What this moderator decided last and can take back with one key; None after an hour."""
    rows = Decision.objects.filter(
        moderator=moderator, undone_at=None, at__gt=timezone.now() - OFFER_UNDO
    )
    return rows.order_by("-at", "-id").first()
