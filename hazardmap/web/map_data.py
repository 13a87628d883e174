"""What the map page fetches after it has loaded: lists, details and changes, as JSON."""

import re
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hazardmap.core.bbox import parse_bbox
from hazardmap.core.hazard import LIVE
from hazardmap.hazards import selectors
from hazardmap.platform.limited import limited
from hazardmap.platform.problems import answer
from hazardmap.web.facts import hazard_facts, image_facts, pass_facts

LIST_LIMIT = 200
CHANGES_LIMIT = 200
PASSES_LIMIT = 200
ANSWERS_PER_MINUTE = 1200
CURSOR = re.compile(r"[0-9]{1,19}")
CURSOR_MAX = 2**63 - 1


@require_safe
@limited("map answers", ANSWERS_PER_MINUTE)
def hazards(request: HttpRequest) -> HttpResponse:
    """The newest live hazards of a section of the map, at most LIST_LIMIT."""
    try:
        bbox = parse_bbox(request.GET.get("bbox", ""))
    except ValueError as error:
        return answer(400, f"bbox {error}.")
    found = selectors.hazards_in(bbox, limit=LIST_LIMIT + 1)
    shown = sorted(found[:LIST_LIMIT], key=lambda hazard: hazard.last_seen, reverse=True)
    return _fresh(
        {
            "now": timezone.now().timestamp(),
            "hazards": [hazard_facts(hazard) for hazard in shown],
            "truncated": len(found) > LIST_LIMIT,
        }
    )


@require_safe
@limited("map answers", ANSWERS_PER_MINUTE)
def hazard(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    """One hazard with its pictures and the passes behind it; pictures only while it is live."""
    found = selectors.hazard_get(hazard_id)
    if found is None:
        raise Http404
    images = selectors.images_of(hazard_id) if found.state in LIVE else []
    return _fresh(
        {
            "now": timezone.now().timestamp(),
            "hazard": hazard_facts(found),
            "images": [image_facts(image) for image in images],
            "passes": [
                pass_facts(evidence)
                for evidence in selectors.evidence_of(hazard_id, limit=PASSES_LIMIT)
            ],
        }
    )


@require_safe
@limited("map answers", ANSWERS_PER_MINUTE)
def changes(request: HttpRequest) -> HttpResponse:
    """What has changed since a cursor; `more` says that another call has further changes."""
    since = request.GET.get("since", "")
    if not CURSOR.fullmatch(since) or int(since) > CURSOR_MAX:
        return answer(400, "since must be a cursor from this feed, a whole number of at least 0.")
    events = selectors.changes_since(int(since), limit=CHANGES_LIMIT)
    return _fresh(
        {
            "now": timezone.now().timestamp(),
            "cursor": events[-1].cursor if events else int(since),
            "more": len(events) == CHANGES_LIMIT,
            "changes": [
                {"change": event.change.value, "hazard": hazard_facts(event.hazard)}
                for event in events
            ],
        }
    )


def _fresh(body: dict[str, object]) -> HttpResponse:
    response = JsonResponse(body)
    response.headers["Cache-Control"] = "no-store"
    return response
