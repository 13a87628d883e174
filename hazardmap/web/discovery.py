"""What programs read first: which pages are for them, and whom to tell of a hole."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hazardmap.core.answers.public import newest_first, public_zone
from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.derived.workzone import WorkZone
from hazardmap.core.geometry.grid import cell, cell_text
from hazardmap.hazards import search
from hazardmap.hazards.zone_selectors import zones_newest
from hazardmap.platform.limited import limited
from hazardmap.web.hazard_page import AREA_RES

LISTED: Final = 2000
ZONES_LISTED: Final = 500
COPIES_PER_MINUTE: Final = 30
CONTACT_KEPT: Final = timedelta(days=90)
PAGES: Final = ("", "list/", "drive/", "prices/", "about/")
NOT_INDEXED: Final = ("/account/", "/admin/", "/api/", "/login/", "/map/", "/reports/", "/tiles/")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in NOT_INDEXED),
        f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report what is not safe (RFC 9116)."""
    if not settings.CONTACT:
        raise Http404
    expires = datetime.combine(timezone.now().date() + CONTACT_KEPT, time(), UTC)
    lines = [
        f"Contact: {settings.CONTACT}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {request.build_absolute_uri(request.path)}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@limited("copies of the site map", COPIES_PER_MINUTE)
def sitemap(request: HttpRequest) -> HttpResponse:
    """The standing pages, what is confirmed and was seen last, and the areas of these hazards."""
    hazards = newest_first(search.newest(None, Wanted(at=timezone.now()), limit=LISTED))
    areas: dict[int, str] = {}
    for hazard in hazards:
        areas.setdefault(cell(hazard.lon, hazard.lat, AREA_RES), _day(hazard.last_seen))
    pages = [(path, "") for path in PAGES]
    pages += [(f"area/{cell_text(area)}/", seen) for area, seen in areas.items()]
    zones = sorted(map(public_zone, zones_newest(limit=ZONES_LISTED)), key=_in_public, reverse=True)
    pages += [(f"workzones/{zone.id}/", _day(zone.last_seen)) for zone in zones]
    pages += [(f"hazards/{hazard.id}/", _day(hazard.last_seen)) for hazard in hazards]
    root = request.build_absolute_uri("/")
    context = {"pages": [(root + path, changed) for path, changed in pages]}
    return render(request, "web/sitemap.xml", context, content_type="application/xml")


def _in_public(zone: WorkZone) -> tuple[datetime, UUID]:
    return zone.last_seen, zone.id


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
