"""What the map page fetches about work zones, as JSON."""

import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from hazardmap.hazards.road_selectors import road_near
from hazardmap.hazards.zone_selectors import zone_get, zones_near
from hazardmap.platform.limited import limited
from hazardmap.platform.problems import answer
from hazardmap.platform.there import there
from hazardmap.web.facts import hazard_facts
from hazardmap.web.fresh_json import fresh_json
from hazardmap.web.zone_facts import middle_of, zone_devices, zone_facts

ANSWERS_PER_MINUTE = 240
NEAREST = 5
DEVICES_LIMIT = 40
_PLACE = re.compile(r"(-?\d{1,3}(?:\.\d{1,9})?),(-?\d{1,2}(?:\.\d{1,9})?)", re.ASCII)


@require_safe
@limited("work zones", ANSWERS_PER_MINUTE)
def nearest(request: HttpRequest) -> HttpResponse:
    """The work zones nearest to `at` (longitude,latitude), nearest first, at most NEAREST."""
    found = _PLACE.fullmatch(request.GET.get("at", ""))
    lon, lat = (float(part) for part in found.groups()) if found else (999.0, 999.0)
    if abs(lon) > 180 or abs(lat) > 90:
        return answer(400, "at must be longitude,latitude in degrees.")
    zones = zones_near(lon, lat, limit=NEAREST)
    return fresh_json(
        {"zones": [{**zone_facts(zone), "distance_m": distance_m} for zone, distance_m in zones]}
    )


@gzip_page
@require_safe
@limited("work zones", ANSWERS_PER_MINUTE)
def workzone(request: HttpRequest, zone_id: UUID) -> HttpResponse:
    """One work zone with the hazards that make it, in the order in which one drives past them."""
    zone = there(zone_get(zone_id)).zone
    lon, lat = middle_of(zone)
    return fresh_json(
        {
            "zone": zone_facts(zone),
            "road": road_near(lon, lat),
            "devices": [hazard_facts(one) for one in zone_devices(zone, most=DEVICES_LIMIT)],
        }
    )
