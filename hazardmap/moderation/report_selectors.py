"""Reads: reported pictures that wait, and what became of a report."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Case, Min, Value, When

from hazardmap.capture.selectors import Hidden, hidden_picture, with_picture
from hazardmap.hazards.heirs import line_of
from hazardmap.moderation.models import Decision
from hazardmap.moderation.report_models import ImageReport

WAITING_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report. hidden: whether and since when the picture is hidden, as it is now
    and not as it was decided. deleted: whether there is no picture any more, because its
    contributor has deleted it or left, or its time was over. corrected_at: when the map was
    corrected; None if it was not, or if that was taken back.
    """

    reason: str
    at: datetime
    decision: str
    decided_at: datetime | None
    hidden: Hidden | None
    deleted: bool
    corrected_at: datetime | None


def outcome_of(receipt: str) -> Outcome | None:
    """None where there is no such receipt."""
    report = ImageReport.objects.filter(receipt=receipt).first()
    if report is None:
        return None
    corrected = report.decision == ImageReport.Decision.CORRECTED
    correction = correction_of(report) if corrected else None
    return Outcome(
        reason=report.reason,
        at=report.at,
        decision=report.decision,
        decided_at=report.decided_at,
        hidden=hidden_picture(report.frame_id),
        deleted=is_deleted(report.frame_id),
        corrected_at=correction.at if correction else None,
    )


def is_deleted(frame_id: UUID) -> bool:
    """Observations and reports of a picture outlive the frame that it came in."""
    return not with_picture([frame_id], hidden=True)


def correction_of(report: ImageReport) -> Decision | None:
    """The standing decision by which the reported hazard, or what it has become part of, was
    rejected or relabelled since.
    """
    if report.hazard_id is None:
        return None
    actions = [Decision.Action.REJECT, Decision.Action.RELABEL]
    standing = Decision.objects.filter(
        hazard_id__in=line_of(report.hazard_id),
        action__in=actions,
        undone_at=None,
        at__gte=report.at,
    )
    return standing.order_by("-at").first()


def oldest_waiting() -> datetime | None:
    """Since when the first report waits for a moderator; None where none does."""
    waiting = ImageReport.objects.filter(decision="").order_by("at")
    return waiting.values_list("at", flat=True).first()


def frames_waiting() -> list[UUID]:
    """Frames with reports that wait: privacy first, then the oldest."""
    urgency = Case(When(reason=ImageReport.Reason.PRIVACY, then=Value(0)), default=Value(1))
    waiting = ImageReport.objects.filter(decision="").values("frame_id")
    ordered = waiting.annotate(urgency=Min(urgency), first=Min("at"))
    rows = ordered.order_by("urgency", "first", "frame_id")
    return [row["frame_id"] for row in rows[:WAITING_SHOWN]]


def pictures_waiting() -> int:
    """How many reported pictures wait."""
    waiting = ImageReport.objects.filter(decision="").values("frame_id")
    return waiting.distinct().count()


def reports_of(frame_id: UUID) -> list[ImageReport]:
    """All reports of a picture, newest first."""
    found = ImageReport.objects.filter(frame_id=frame_id).select_related("moderator")
    return list(found.order_by("-at", "-id")[:WAITING_SHOWN])
