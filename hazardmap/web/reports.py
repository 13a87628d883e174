"""Report a picture without an account, and see what became of the report."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hazardmap.capture.selectors import hidden_picture, with_picture
from hazardmap.hazards.image_selectors import is_evidence
from hazardmap.hazards.selectors import hazard_get
from hazardmap.moderation.report_selectors import Outcome, outcome_of
from hazardmap.moderation.services import report_file
from hazardmap.platform.client_address import client_address
from hazardmap.platform.limited import limited
from hazardmap.platform.rate_limit import allow
from hazardmap.platform.there import there
from hazardmap.web.pages import PAGES_PER_MINUTE, public_page
from hazardmap.web.words import Words

REPORTS_PER_HOUR: Final = 20
REASONS: Final[dict[str, Words]] = {
    "privacy": gettext_lazy("A face, a number plate or a home can be recognised"),
    "wrong_place": gettext_lazy("The hazard is shown in the wrong place"),
    "wrong_kind": gettext_lazy("The picture shows something else"),
    "offensive": gettext_lazy("The picture is offensive"),
}


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        choices=list(REASONS.items()),
        error_messages={"required": gettext_lazy("Choose what is wrong with the picture.")},
    )
    words = forms.CharField(required=False, max_length=1000)
    hazard = forms.UUIDField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@limited("pages", PAGES_PER_MINUTE)
@never_cache
def report_page(request: HttpRequest, frame_id: UUID) -> HttpResponse:
    """Only pictures that everybody may see, or could before a report, can be reported."""
    there(is_evidence(frame_id) and with_picture([frame_id], hidden=True))
    form = ReportForm(request.POST if request.method == "POST" else None)
    status, problem = 200, ""
    if form.is_bound and form.is_valid():
        if allow(f"reports:{client_address(request)}", limit=REPORTS_PER_HOUR, period_s=3600):
            return HttpResponseRedirect(f"/reports/{_filed(frame_id, form.cleaned_data)}/")
        status = 429
        problem = _("Too many reports from your address. Try again in an hour.")
    elif form.is_bound:
        status = 400
    context = {
        "form": form,
        "problem": problem,
        "reasons": REASONS,
        "frame_id": frame_id,
        "hidden": hidden_picture(frame_id) is not None,
        "hazard": request.POST.get("hazard") or request.GET.get("hazard", ""),
        "indexed": False,
    }
    return render(request, "web/report.html", context, status=status)


@public_page
@never_cache
def receipt_page(request: HttpRequest, receipt: str) -> HttpResponse:
    outcome = there(outcome_of(receipt))
    context = {
        "outcome": outcome,
        "reason": REASONS[outcome.reason],
        "state": _state(outcome),
        "address": request.build_absolute_uri(request.path),
        "indexed": False,
    }
    return render(request, "web/receipt.html", context)


def _filed(frame_id: UUID, given: dict[str, Any]) -> str:
    hazard_id = given["hazard"]
    if hazard_id is not None and hazard_get(hazard_id) is None:
        hazard_id = None
    return report_file(
        frame_id=frame_id, reason=given["reason"], words=given["words"], hazard_id=hazard_id
    )


def _state(outcome: Outcome) -> str:
    """What has happened, not what was decided."""
    return {
        "removed": _removed,
        "corrected": _corrected,
        "kept": lambda _outcome: _("A moderator has looked and found nothing wrong."),
        "": _waiting,
    }[outcome.decision](outcome)


def _removed(outcome: Outcome) -> str:
    if outcome.deleted:
        return _("The picture has been deleted.")
    if outcome.hidden is None:
        return _("The picture was to be removed, but can be seen again.")
    if outcome.hidden.erased_at:
        return _("The picture has been removed and its file has been erased.")
    return _("The picture has been removed. Its file is erased within a week.")


def _corrected(outcome: Outcome) -> str:
    if outcome.corrected_at is None:
        return _("The map had been corrected, but the correction was taken back.")
    return _("The map has been corrected.")


def _waiting(outcome: Outcome) -> str:
    if outcome.hidden is not None:
        return _("The picture is hidden. A moderator will look at it.")
    waits = _("The report waits for a moderator.")
    return f"{_('The picture has been deleted.')} {waits}" if outcome.deleted else waits
