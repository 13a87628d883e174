"""The page of one work zone: how far it goes, how sure that is, and what stands along it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hazardmap.core.geometry.grid import cell, cell_text
from hazardmap.core.operation.licence import DATA_LICENCE, DATA_LICENCE_URL
from hazardmap.hazards.road_selectors import road_near
from hazardmap.hazards.zone_selectors import zone_get
from hazardmap.platform.there import there
from hazardmap.web.facts import row_of
from hazardmap.web.hazard_page import AREA_RES
from hazardmap.web.pages import public_page
from hazardmap.web.zone_facts import middle_of, zone_devices, zone_row_of

DEVICES_LIMIT = 100


@public_page
def zone_page(request: HttpRequest, zone_id: UUID) -> HttpResponse:
    zone, now = there(zone_get(zone_id)).zone, timezone.now()
    lon, lat = middle_of(zone)
    row = zone_row_of(zone, now)
    context = {
        "row": row,
        "rows": [row_of(hazard, now) for hazard in zone_devices(zone, most=DEVICES_LIMIT)],
        "road": road_near(lon, lat),
        "expected_end": row.zone.ends_by(0.5),
        "area": cell_text(cell(lon, lat, AREA_RES)),
        "licence": {"name": DATA_LICENCE, "url": DATA_LICENCE_URL},
        "indexed": zone.ended_at is None,
    }
    return render(request, "web/zone.html", context)
