"""What the map page fetches after it has loaded: lists, details and changes, as JSON."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from hazardmap.core.answers.public import newest_first, public_t
from hazardmap.core.full_times import ten_minutes_of
from hazardmap.core.geometry.bbox import parse_bbox
from hazardmap.core.geometry.grid import cell_of_view, cell_text
from hazardmap.core.kinds import KINDS
from hazardmap.hazards import change_feed, selectors
from hazardmap.hazards.heirs import heir_of
from hazardmap.hazards.history_selectors import History, histories_in
from hazardmap.hazards.image_selectors import images_of
from hazardmap.hazards.road_selectors import road_near
from hazardmap.hazards.zone_selectors import zones_page
from hazardmap.platform.limited import limited
from hazardmap.platform.moved import moved
from hazardmap.platform.problems import answer
from hazardmap.web.facts import hazard_facts, image_facts, passes_facts
from hazardmap.web.fresh_json import fresh_json
from hazardmap.web.words import kind_label
from hazardmap.web.zone_facts import zone_facts

LIST_LIMIT = 400
ZONES_LIMIT = 60
CHANGES_LIMIT = 200
HISTORY_LIMIT = 300
HISTORY = timedelta(days=7)
HISTORIES_PER_MINUTE = 120
PASSES_LIMIT = 200
ANSWERS_PER_MINUTE = 1200
CURSOR = re.compile(r"[0-9]{1,19}")
CURSOR_MAX = 2**63 - 1


@gzip_page
@require_safe
@limited("map answers", ANSWERS_PER_MINUTE)
def hazards(request: HttpRequest) -> HttpResponse:
    """The newest live hazards of a section of the map, at most LIST_LIMIT, and its work zones."""
    try:
        bbox = parse_bbox(request.GET.get("bbox", ""))
    except ValueError as error:
        return answer(400, f"bbox {error}.")
    found = selectors.hazards_in(bbox, limit=LIST_LIMIT + 1)
    shown = newest_first(found[:LIST_LIMIT])
    around = cell_of_view(bbox)
    return fresh_json(
        {
            "hazards": [hazard_facts(hazard) for hazard in shown],
            "zones": [zone_facts(state.zone) for state in zones_page(bbox, limit=ZONES_LIMIT)],
            "truncated": len(found) > LIST_LIMIT,
            "cell": cell_text(around) if around else None,
        }
    )


@gzip_page
@require_safe
@limited("map answers", ANSWERS_PER_MINUTE)
def hazard(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    """One hazard with its pictures, the passes that saw it, and how many of the latest did not;
    pictures only while it is on the map for everybody."""
    found = selectors.hazard_get(hazard_id)
    if found is None:
        return moved(request, hazard_id=heir_of(hazard_id))
    images = images_of(hazard_id)
    passes = selectors.evidence_of(hazard_id, limit=PASSES_LIMIT)
    return fresh_json(
        {
            "hazard": hazard_facts(found),
            "road": road_near(found.lon, found.lat),
            "images": [image_facts(image) for image in images],
            "passes": passes_facts(passes),
            "against": sum(not one.seen for one in passes),
        }
    )


@gzip_page
@require_safe
@limited("map answers", ANSWERS_PER_MINUTE)
def changes(request: HttpRequest) -> HttpResponse:
    """What has changed since a cursor; `more` says that another call has further changes.

    Those of one hazard are in their order; between hazards it would tell who drove where.
    """
    since = request.GET.get("since", "")
    if not CURSOR.fullmatch(since) or int(since) > CURSOR_MAX:
        return answer(400, "since must be a cursor from this feed, a whole number of at least 0.")
    part = change_feed.changes(int(since), limit=CHANGES_LIMIT)
    return fresh_json(
        {
            "cursor": part.cursor,
            "more": part.more,
            "changes": [
                {"change": event.change.value, "hazard": hazard_facts(event.hazard)}
                for event in sorted(part.events, key=lambda event: event.hazard.id)
            ],
        }
    )


@gzip_page
@require_safe
@limited("histories", HISTORIES_PER_MINUTE)
def history(request: HttpRequest) -> HttpResponse:
    """What was on the map of a section in the last HISTORY, at most HISTORY_LIMIT hazards."""
    try:
        bbox = parse_bbox(request.GET.get("bbox", ""))
    except ValueError as error:
        return answer(400, f"bbox {error}.")
    now = timezone.now()
    found = histories_in(bbox, since=now - HISTORY, limit=HISTORY_LIMIT + 1)
    return fresh_json(
        {
            "now": now.timestamp(),
            "since": (now - HISTORY).timestamp(),
            "hazards": [_past(one) for one in found[:HISTORY_LIMIT]],
            "truncated": len(found) > HISTORY_LIMIT,
        }
    )


def _past(one: History) -> dict[str, object]:
    """`states` are rows of: from when, on the map, published, p, t, half-life, last seen."""
    states = [
        state._replace(
            at=ten_minutes_of(_moment(state.at)).timestamp(),
            t_ref=public_t(_moment(state.t_ref), state.half_life_s).timestamp(),
            last_seen=ten_minutes_of(_moment(state.last_seen)).timestamp(),
        )
        for state in one.states
    ]
    return {
        "id": str(one.id),
        "kind": one.kind,
        "label": kind_label(one.kind),
        "group": KINDS[one.kind].group.value,
        "lon": one.lon,
        "lat": one.lat,
        "radius_m": one.radius_m,
        "first_seen": ten_minutes_of(_moment(one.first_seen)).timestamp(),
        "simulated": one.simulated,
        "states": states,
    }


def _moment(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
