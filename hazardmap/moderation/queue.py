"""The review queue: one hazard per screen, the most urgent first. Plain pages and forms."""

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from hazardmap.hazards.heirs import heir_of
from hazardmap.hazards.selectors import hazard_get
from hazardmap.moderation import services
from hazardmap.moderation.access import moderators_only
from hazardmap.moderation.models import Decision
from hazardmap.moderation.order import place_in, queue_order
from hazardmap.moderation.report_selectors import pictures_waiting
from hazardmap.moderation.screen import REJECT_REASONS, kinds_to_choose, screen_of
from hazardmap.moderation.selectors import last_decision, waiting

if TYPE_CHECKING:
    from hazardmap.accounts.models import User

QUEUE_LENGTH = 200
SKIPPED = "queue_skipped"


@require_safe
@moderators_only
def first(request: HttpRequest) -> HttpResponse:
    """Go to the most urgent hazard, or say that all is done."""
    order = _order(request)
    if order:
        return redirect("admin:queue_item", order[0])
    return render(request, "moderation/queue_empty.html", page_context(request, "Review queue"))


@require_safe
@moderators_only
def item(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    hazard = hazard_get(hazard_id)
    if hazard is None:
        return _instead(request, hazard_id)
    screen = screen_of(hazard, timezone.now())
    shot = next((s for s in screen.shots if str(s.number) == request.GET.get("picture")), None)
    if shot is None and screen.shots:
        shot = screen.shots[0]
    context = page_context(request, screen.kind.label.capitalize()) | {
        "screen": screen,
        "shot": shot,
        "place": place_in(_order(request), hazard_id),
        "queue_length": QUEUE_LENGTH,
        "reasons": REJECT_REASONS,
        "kinds": kinds_to_choose(hazard.kind),
    }
    return render(request, "moderation/queue_item.html", context)


@require_POST
@moderators_only
def give(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    """Decide, then go on to the next hazard."""
    after = place_in(_order(request), hazard_id).after
    try:
        services.decide(
            moderator=the_moderator(request),
            hazard_id=hazard_id,
            action=request.POST.get("action", ""),
            new_kind=request.POST.get("new_kind", ""),
            reason=request.POST.get("reason", "").strip(),
            shown=_shown(request),
        )
    except services.DecisionRefused as refused:
        messages.error(request, str(refused))
        return redirect("admin:queue_item", hazard_id)
    return redirect("admin:queue_item", after) if after else redirect("admin:queue")


@require_POST
@moderators_only
def skip(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    """Put a hazard at the end of this moderator's queue until he signs out."""
    after = place_in(_order(request), hazard_id).after
    skipped = [*request.session.get(SKIPPED, []), str(hazard_id)]
    request.session[SKIPPED] = skipped[-QUEUE_LENGTH:]
    return redirect("admin:queue_item", after) if after else redirect("admin:queue")


@require_POST
@moderators_only
def take_back(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Undo a decision and show its hazard again."""
    decision = get_object_or_404(Decision, id=decision_id)
    services.undo(moderator=the_moderator(request), decision_id=decision_id)
    messages.success(request, f"Taken back: {decision.summary}.")
    return redirect("admin:queue_item", decision.hazard_id)


def _instead(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    """Where there is no such hazard any more: to the one that it has become part of."""
    heir = heir_of(hazard_id)
    if heir is None:
        messages.warning(request, "That hazard is no longer on the map.")
        return redirect("admin:queue")
    messages.warning(request, "That hazard has become part of this one.")
    return redirect("admin:queue_item", heir)


def _shown(request: HttpRequest) -> services.Shown | None:
    """What the form says that its page showed."""
    kind = request.POST.get("shown_kind")
    return services.Shown(kind, request.POST.get("shown_decision", "")) if kind else None


def _order(request: HttpRequest) -> list[UUID]:
    urgent_first = [hazard.id for hazard in waiting(limit=QUEUE_LENGTH)]
    return queue_order(urgent_first, request.session.get(SKIPPED, []))


def the_moderator(request: HttpRequest) -> "User":
    return cast("User", request.user)


def page_context(request: HttpRequest, title: str) -> dict[str, Any]:
    return admin.site.each_context(request) | {
        "title": title,
        "is_nav_sidebar_enabled": False,
        "last_decision": last_decision(the_moderator(request)),
        "reports_waiting": pictures_waiting(),
    }
