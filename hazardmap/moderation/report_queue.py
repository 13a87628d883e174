"""The queue of reported pictures: one picture per screen, privacy first. Plain pages and forms."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from hazardmap.capture.selectors import hidden_picture
from hazardmap.moderation import services
from hazardmap.moderation.access import moderators_only
from hazardmap.moderation.order import place_in
from hazardmap.moderation.queue import page_context, the_moderator
from hazardmap.moderation.report_models import ImageReport
from hazardmap.moderation.report_selectors import (
    WAITING_SHOWN,
    correction_of,
    frames_waiting,
    is_deleted,
    reports_of,
)
from hazardmap.moderation.screen import reported_picture
from hazardmap.platform.there import there


@require_safe
@moderators_only
def first(request: HttpRequest) -> HttpResponse:
    """Go to the most urgent picture, or say that all is done."""
    waiting = frames_waiting()
    if waiting:
        return redirect("admin:report_item", waiting[0])
    context = page_context(request, "Reported pictures")
    return render(request, "moderation/report_empty.html", context)


@require_safe
@moderators_only
def item(request: HttpRequest, frame_id: UUID) -> HttpResponse:
    reports = there(reports_of(frame_id))
    waiting = [report for report in reports if not report.decision]
    hazards = {report.hazard_id for report in reports if report.hazard_id}
    context = page_context(request, "Reported picture") | {
        "frame_id": frame_id,
        "picture": reported_picture(frame_id),
        "reports": reports,
        "open": bool(waiting),
        "corrected": any(map(correction_of, waiting)),
        "hazards": sorted(hazards),
        "hidden": hidden_picture(frame_id),
        "deleted": is_deleted(frame_id),
        "place": place_in(frames_waiting(), frame_id),
        "places": WAITING_SHOWN,
        "choices": ImageReport.Decision.choices,
    }
    return render(request, "moderation/report_item.html", context)


@require_POST
@moderators_only
def give(request: HttpRequest, frame_id: UUID) -> HttpResponse:
    """Decide all waiting reports of a picture, and show what that has done."""
    decision = request.POST.get("decision", "")
    try:
        count = services.report_decide(
            moderator=the_moderator(request), frame_id=frame_id, decision=decision
        )
    except services.ReportRefused as refused:
        messages.error(request, str(refused))
    else:
        words = ImageReport.Decision(decision).label
        if count:
            messages.success(request, f"Decided for {count}: {words}.")
        else:
            messages.warning(request, "Nothing was changed: this had been decided before.")
    return redirect("admin:report_item", frame_id)


@require_POST
@moderators_only
def take_back(request: HttpRequest, frame_id: UUID) -> HttpResponse:
    try:
        count = services.report_undo(moderator=the_moderator(request), frame_id=frame_id)
    except services.ReportRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Taken back: {count} wait again.")
    return redirect("admin:report_item", frame_id)
