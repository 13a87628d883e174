"""Somebody reports a picture; no account is needed."""

from uuid import UUID

from django.db import transaction

from hazardmap.capture.services import picture_hide
from hazardmap.moderation.report_models import HIDING, WORDS_LENGTH, ImageReport
from hazardmap.platform.one_at_a_time import one_at_a_time


class ReportRefused(ValueError):
    """The message is one sentence for people."""


@transaction.atomic
def report_file(
    *, frame_id: UUID, reason: str, words: str = "", hazard_id: UUID | None = None
) -> str:
    """Note a report and return its receipt.

    A picture reported for privacy or as offensive is hidden at once until a moderator has decided,
    unless one has looked at it before for such a reason and kept it. Raises ReportRefused.
    """
    if reason not in ImageReport.Reason.values:
        raise ReportRefused("Say what is wrong with the picture.")
    if len(words) > WORDS_LENGTH:
        raise ReportRefused(f"A report has at most {WORDS_LENGTH} characters.")
    one_report_at_a_time(frame_id)
    report = ImageReport.objects.create(
        frame_id=frame_id, hazard_id=hazard_id, reason=reason, words=words
    )
    if reason in HIDING and not _kept_before(frame_id):
        picture_hide(frame_id=frame_id)
    return report.receipt


def one_report_at_a_time(frame_id: UUID) -> None:
    """Make other reports of this picture, and decisions, wait until the transaction ends: a
    decision would show again what a report that it does not see yet has hidden."""
    one_at_a_time(f"report {frame_id}")


def _kept_before(frame_id: UUID) -> bool:
    """Otherwise whoever dislikes a picture could hide it again and again."""
    judged = ImageReport.objects.filter(frame_id=frame_id, reason__in=HIDING)
    return judged.filter(decision=ImageReport.Decision.KEPT).exists()
