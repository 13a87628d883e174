"""Pages that anybody may read: one hazard, the phone page, and what this is."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hazardmap.core.kinds import SEVERITY_LABELS
from hazardmap.hazards import selectors
from hazardmap.platform.limited import limited
from hazardmap.web.facts import picture_of, row_of
from hazardmap.web.words import STATES

PASSES = 200
PAGES_PER_MINUTE = 600


@require_safe
@limited("pages", PAGES_PER_MINUTE)
def hazard_page(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    hazard = selectors.hazard_get(hazard_id)
    if hazard is None:
        raise Http404
    row = row_of(hazard, timezone.now())
    images = selectors.images_of(hazard_id) if row.live else []
    context = {
        "row": row,
        "pictures": [picture_of(image) for image in images],
        "passes": selectors.evidence_of(hazard_id, limit=PASSES),
        "position": f"{hazard.lat:.5f}, {hazard.lon:.5f}",
        "words": {
            "state": STATES[hazard.state.value],
            "severity": SEVERITY_LABELS[hazard.severity],
        },
    }
    return render(request, "web/hazard.html", context)


@require_safe
def drive_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/drive.html")


@require_safe
def about_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/about.html")
