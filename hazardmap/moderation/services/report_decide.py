"""A moderator decides about a reported picture, or takes the decision back."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.capture.selectors import hidden_picture
from hazardmap.capture.services import (
    AlreadyErased,
    picture_hide,
    picture_keep,
    picture_remove,
    picture_show,
)
from hazardmap.moderation.models import AuditEntry
from hazardmap.moderation.report_models import HIDING, ImageReport
from hazardmap.moderation.report_selectors import correction_of
from hazardmap.moderation.services.report_file import ReportRefused, one_report_at_a_time

if TYPE_CHECKING:
    from hazardmap.accounts.models import User


@transaction.atomic
def report_decide(*, moderator: "User", frame_id: UUID, decision: str) -> int:
    """Decide all waiting reports of one picture; return how many. Deciding twice changes nothing.

    removed: hidden, and erased after a week. corrected: needs a standing decision of the review
    queue about the reported hazard. kept, corrected: the picture is shown again.
    Raises ReportRefused.
    """
    if decision not in ImageReport.Decision.values:
        raise ReportRefused("A report is decided by removing, correcting or keeping.")
    one_report_at_a_time(frame_id)
    waiting = list(ImageReport.objects.filter(frame_id=frame_id, decision=""))
    if not waiting:
        return 0
    if decision == ImageReport.Decision.CORRECTED and not any(map(correction_of, waiting)):
        raise ReportRefused("First reject or relabel the hazard in the review queue.")
    before = _state(frame_id)
    if decision == ImageReport.Decision.REMOVED:
        picture_remove(frame_id=frame_id)
    else:
        _unless_erased(picture_show, frame_id)
    decided = ImageReport.objects.filter(id__in=[report.id for report in waiting])
    decided.update(decision=decision, decided_at=timezone.now(), moderator=moderator)
    _audit(moderator, f"report: {decision}", frame_id, before)
    return len(waiting)


@transaction.atomic
def report_undo(*, moderator: "User", frame_id: UUID) -> int:
    """Have what was decided last about a picture wait again; return how many reports that are.

    A picture that was removed stays hidden meanwhile, and so does one whose report hides it.
    Raises ReportRefused.
    """
    one_report_at_a_time(frame_id)
    decided = ImageReport.objects.filter(frame_id=frame_id).exclude(decision="")
    latest = decided.order_by("-decided_at", "-id").first()
    if latest is None:
        return 0
    before = _state(frame_id)
    again = list(decided.filter(decided_at=latest.decided_at))
    if latest.decision == ImageReport.Decision.REMOVED:
        _unless_erased(picture_keep, frame_id)
    elif any(report.reason in HIDING for report in again):
        picture_hide(frame_id=frame_id)
    waiting = ImageReport.objects.filter(id__in=[report.id for report in again])
    waiting.update(decision="", decided_at=None, moderator=None)
    _audit(moderator, f"undo report: {latest.decision}", frame_id, before)
    return len(again)


def _unless_erased(change: Callable[..., None], frame_id: UUID) -> None:
    try:
        change(frame_id=frame_id)
    except AlreadyErased:
        raise ReportRefused("The picture has been erased and cannot come back.") from None


def _state(frame_id: UUID) -> dict[str, object]:
    hidden = hidden_picture(frame_id)
    return {"hidden": hidden is not None, "removed": bool(hidden and hidden.erase_at)}


def _audit(moderator: "User", action: str, frame_id: UUID, before: dict[str, object]) -> None:
    AuditEntry.objects.create(
        actor=moderator.email,
        action=action,
        subject=f"frame {frame_id}",
        before=before,
        after=_state(frame_id),
    )
