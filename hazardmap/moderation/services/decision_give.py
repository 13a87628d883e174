"""A moderator decides about a hazard."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from hazardmap.core.fusion.hazard import LIVE, Hazard
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.kinds import KINDS
from hazardmap.hazards import selectors as hazards
from hazardmap.hazards.services import VerdictRefused, verdict_give
from hazardmap.moderation.models import Decision
from hazardmap.moderation.selectors import standing_decision
from hazardmap.moderation.services.audit_write import audit_hazard
from hazardmap.platform.one_at_a_time import one_at_a_time

if TYPE_CHECKING:
    from hazardmap.accounts.models import User

REASON_LENGTH = 200
LEFT = "somebody who has left"


class DecisionRefused(ValueError):
    """The decision makes no sense or comes too late; the message is one sentence for people."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of a decision showed. decision: the id of the one that stood, or ""."""

    kind: str
    decision: str


@transaction.atomic
def decide(
    *,
    moderator: "User",
    hazard_id: UUID,
    action: str,
    new_kind: str = "",
    reason: str = "",
    shown: Shown | None = None,
) -> Decision:
    """Confirm, reject or relabel a hazard; the map follows in the same transaction.

    Rejecting needs a reason, relabelling a new kind. The same word of the same moderator again,
    about a hazard that nobody has seen since, returns the first decision and changes nothing.
    shown: refuses what a colleague has decided about since, or what has become another kind.
    Raises DecisionRefused.
    """
    _check(action, new_kind, reason)
    one_at_a_time(f"decide {hazard_id}")
    before = hazards.hazard_get(hazard_id)
    standing = standing_decision(hazard_id)
    same = standing is not None and _says(standing, moderator, action, new_kind)
    if standing is not None and same and not _seen_since(before, standing):
        return standing
    if shown is not None and standing is not None:
        _unless_decided(standing, moderator, shown)
    if before is None or before.state not in LIVE:
        raise DecisionRefused("This hazard is no longer on the map.")
    if shown is not None and shown.kind != before.kind:
        raise DecisionRefused(f"This is {KINDS[before.kind].label} now. Look again.")
    if new_kind == before.kind:
        raise DecisionRefused(f"This is {KINDS[new_kind].label} already.")
    try:
        verdict_id = verdict_give(hazard_id=hazard_id, decision=Ruling(action), kind=new_kind)
    except VerdictRefused as refused:
        raise DecisionRefused(str(refused)) from refused
    decision = Decision.objects.create(
        hazard_id=hazard_id,
        verdict_id=verdict_id,
        moderator=moderator,
        action=action,
        old_kind=before.kind,
        new_kind=new_kind,
        reason=reason,
    )
    audit_hazard(
        actor=moderator,
        action=action,
        hazard_id=hazard_id,
        before=before,
        after=hazards.hazard_get(hazard_id),
        reason=reason,
    )
    return decision


def _check(action: str, new_kind: str, reason: str) -> None:
    if action not in Decision.Action.values:
        raise DecisionRefused("A decision is to confirm, to reject or to relabel.")
    if action == Decision.Action.RELABEL and new_kind not in KINDS:
        raise DecisionRefused("Choose the kind that it really is.")
    if action != Decision.Action.RELABEL and new_kind:
        raise DecisionRefused("Only relabelling takes a new kind.")
    if action == Decision.Action.REJECT and not reason.strip():
        raise DecisionRefused("Say why the hazard is rejected.")
    if len(reason) > REASON_LENGTH:
        raise DecisionRefused(f"A reason has at most {REASON_LENGTH} characters.")


def _says(decision: Decision, moderator: "User", action: str, new_kind: str) -> bool:
    said = (decision.moderator_id, decision.action, decision.new_kind)
    return said == (moderator.pk, action, new_kind)


def _unless_decided(standing: Decision, moderator: "User", shown: Shown) -> None:
    """What one has decided oneself, one knows."""
    if str(standing.id) != shown.decision and standing.moderator_id != moderator.pk:
        who = standing.moderator or LEFT
        raise DecisionRefused(f"Meanwhile {who} has decided: {standing.summary}. Look again.")


def _seen_since(hazard: Hazard | None, decision: Decision) -> bool:
    return hazard is not None and hazard.state in LIVE and hazard.last_seen > decision.at
