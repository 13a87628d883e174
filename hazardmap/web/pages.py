"""Pages that anybody may read: the map, and what this is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hazardmap.core.kinds import KINDS
from hazardmap.hazards import selectors
from hazardmap.platform.limited import limited
from hazardmap.web.facts import row_of
from hazardmap.web.words import LIKELIHOODS, group_labels, kind_label

NEWEST = 30
PAGES_PER_MINUTE = 600


@require_safe
@limited("pages", PAGES_PER_MINUTE)
def map_page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    # A first look should fall on what is certain.
    bounds = selectors.map_bounds(published_only=True) or selectors.map_bounds()
    newest = selectors.hazards_in(None, limit=NEWEST)
    newest.sort(key=lambda hazard: hazard.last_seen, reverse=True)
    context = {
        "rows": [row_of(hazard, now) for hazard in newest],
        "groups": group_labels(),
        "bounds": ",".join(f"{value:.6f}" for value in bounds) if bounds else "",
        "cursor": selectors.latest_cursor(),
        "vocabulary": vocabulary(),
    }
    return render(request, "web/map.html", context)


def vocabulary() -> dict[str, object]:
    """The words that scripts need, in the language of the page."""
    return {
        "kinds": {
            kind.name: {"label": kind_label(kind.name), "group": kind.group.value}
            for kind in KINDS.values()
        },
        "likelihoods": LIKELIHOODS,
    }


@require_safe
def about_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/about.html")
