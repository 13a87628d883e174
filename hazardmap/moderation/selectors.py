"""Reads: what waits for moderators, and what they have decided."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from hazardmap.core.fusion.hazard import Hazard
from hazardmap.hazards.heirs import forebears_of
from hazardmap.hazards.selectors import review_queue
from hazardmap.moderation.models import Decision

if TYPE_CHECKING:
    from hazardmap.accounts.models import User

OFFER_UNDO = timedelta(hours=1)


def waiting(*, limit: int) -> list[Hazard]:
    """Live hazards that nobody has decided about since they were last seen, most urgent first."""
    hazards = review_queue()
    standing = Decision.objects.filter(
        hazard_id__in=[hazard.id for hazard in hazards], undone_at=None
    )
    decided_at = dict(standing.order_by("at").values_list("hazard_id", "at"))
    undecided = [
        hazard
        for hazard in hazards
        if hazard.id not in decided_at or decided_at[hazard.id] < hazard.last_seen
    ]
    return undecided[:limit]


def decisions_about(hazard_id: UUID) -> list[Decision]:
    """Every decision about a hazard and all that became part of it, newest first, those taken back
    too.
    """
    about = [hazard_id, *forebears_of(hazard_id)]
    rows = Decision.objects.filter(hazard_id__in=about).select_related("moderator")
    return list(rows.order_by("-at", "-id"))


def standing_decision(hazard_id: UUID) -> Decision | None:
    """The newest decision about a hazard that nobody has taken back."""
    rows = Decision.objects.filter(hazard_id=hazard_id, undone_at=None)
    return rows.order_by("-at", "-id").first()


def last_decision(moderator: "User") -> Decision | None:
    """What this moderator decided last and can take back with one key; None after an hour."""
    rows = Decision.objects.filter(
        moderator=moderator, undone_at=None, at__gt=timezone.now() - OFFER_UNDO
    )
    return rows.order_by("-at", "-id").first()
