"""The audit log: one line for everything that a moderator or the operator decides."""

from typing import TYPE_CHECKING
from uuid import UUID

from hazardmap.core.fusion.hazard import Hazard
from hazardmap.moderation.models import AuditEntry

if TYPE_CHECKING:
    from hazardmap.accounts.models import User


def audit_hazard(
    *,
    actor: "User",
    action: str,
    hazard_id: UUID,
    before: Hazard | None,
    after: Hazard | None,
    reason: str,
) -> None:
    """Note what `actor` did to a hazard; None stands for a hazard that is not on the map."""
    AuditEntry.objects.create(
        actor=actor.email,
        action=action,
        subject=f"hazard {hazard_id}",
        before=_noted(before),
        after=_noted(after),
        reason=reason,
    )


def audit_closing(*, by: str, organisation_id: UUID, money_open: str, reason: str) -> None:
    """Note that an organisation was closed by whoever runs the site."""
    AuditEntry.objects.create(
        actor=by,
        action="close organisation",
        subject=f"organisation {organisation_id}",
        before={"closed": "no"},
        after={"closed": "yes", "money open": money_open},
        reason=reason,
    )


def _noted(hazard: Hazard | None) -> dict[str, object]:
    if hazard is None:
        return {}
    return {
        "kind": hazard.kind,
        "state": hazard.state.value,
        "p": round(hazard.p, 4),
        "published": hazard.published,
        "confirmed": hazard.confirmed,
    }
