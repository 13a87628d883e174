"""What somebody has decided as a moderator, to take along."""

from collections.abc import Mapping
from typing import Any

from hazardmap.accounts.models import User
from hazardmap.moderation.models import AuditEntry, Decision


def decisions_kept(moderator: User) -> dict[str, list[Mapping[str, Any]]]:
    """Decisions by his account, and audit entries under his address."""
    decisions = Decision.objects.filter(moderator=moderator).order_by("at", "id")
    entries = AuditEntry.objects.filter(actor=moderator.email).order_by("id")
    return {"decisions": list(decisions.values()), "audit_entries": list(entries.values())}
