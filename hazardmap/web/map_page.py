"""The map, as a page of its own and as a frame in pages of others."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt

from hazardmap.core.answers.public import newest_first
from hazardmap.hazards import change_feed, selectors
from hazardmap.web.facts import row_of
from hazardmap.web.headers import MAP_SENSORS, content_security_policy
from hazardmap.web.pages import public_page
from hazardmap.web.words import group_labels, vocabulary

NEWEST = 30
LIVE_PATH = "/live/v1/hazards"


@public_page
def map_page(request: HttpRequest) -> HttpResponse:
    return _map(request, embedded=False)


@xframe_options_exempt
@public_page
def embedded_map(request: HttpRequest) -> HttpResponse:
    """The map alone; the only page that others may show in theirs, so nothing signs in here."""
    return _map(request, embedded=True)


def _map(request: HttpRequest, *, embedded: bool) -> HttpResponse:
    response = render(request, "web/map.html", _context(embedded=embedded))
    response.headers["Content-Security-Policy"] = content_security_policy(
        origins=_origins(), embeddable=embedded
    )
    response.headers["Permissions-Policy"] = MAP_SENSORS
    return response


def _context(*, embedded: bool) -> dict[str, Any]:
    now = timezone.now()
    # A first look should fall on what is certain.
    bounds = selectors.first_look()
    newest = newest_first(selectors.hazards_in(None, limit=NEWEST))
    return {
        "embedded": embedded,
        "rows": [row_of(hazard, now) for hazard in newest],
        "groups": group_labels(),
        "bounds": ",".join(f"{value:.6f}" for value in bounds) if bounds else "",
        "cursor": change_feed.latest_cursor(),
        "live": settings.LIVE_ORIGIN + LIVE_PATH,
        "basemap": settings.BASEMAP[0] if settings.BASEMAP else "",
        "vocabulary": vocabulary(),
    }


def _origins() -> list[str]:
    """Whom the map asks beside the site: its live stream, and the ground that a setting names."""
    asked = [settings.LIVE_ORIGIN, *settings.BASEMAP]
    found = (urlsplit(address) for address in asked if address)
    return list(dict.fromkeys(f"{parts.scheme}://{parts.netloc}" for parts in found))
