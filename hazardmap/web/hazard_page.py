"""The page of one hazard: what it is, how sure that is, and why."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hazardmap.core.full_times import hour_of
from hazardmap.core.geometry.grid import cell, cell_text
from hazardmap.core.operation.licence import DATA_LICENCE, DATA_LICENCE_URL
from hazardmap.hazards import selectors
from hazardmap.hazards.heirs import heir_of
from hazardmap.hazards.image_selectors import images_of, shows_pictures
from hazardmap.hazards.road_selectors import road_near
from hazardmap.platform.moved import moved
from hazardmap.web.curve import curve_of
from hazardmap.web.facts import Picture, Row, passes_of, pictures_of, row_of
from hazardmap.web.pages import public_page
from hazardmap.web.words import STATES, severity_label

PASSES = 200
AREA_RES = 7


@public_page
def hazard_page(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    hazard = selectors.hazard_get(hazard_id)
    if hazard is None:
        return moved(request, hazard_id=heir_of(hazard_id))
    now = timezone.now()
    row = row_of(hazard, now)
    pictures = pictures_of(images_of(hazard_id))
    evidence = selectors.evidence_of(hazard_id, limit=PASSES)
    context = {
        "row": row,
        "pictures": pictures,
        "withheld": row.live and not shows_pictures(hazard),
        "passes": passes_of(hazard, evidence),
        "against": sum(not one.seen for one in evidence),
        "judged": hour_of(hazard.t_ref),
        "curve": curve_of(row.hazard, evidence, now),
        "votes": selectors.votes_about(hazard_id, account_id=request.user.pk),
        "road": road_near(hazard.lon, hazard.lat),
        "area": cell_text(cell(hazard.lon, hazard.lat, AREA_RES)),
        "position": f"{hazard.lat:.5f}, {hazard.lon:.5f}",
        "words": {
            "state": STATES[hazard.state.value],
            "severity": severity_label(hazard.severity),
        },
        "licence": {"name": DATA_LICENCE, "url": DATA_LICENCE_URL},
        "linked": _linked_data(request, row, pictures),
        "indexed": row.live,
    }
    return render(request, "web/hazard.html", context)


def _linked_data(request: HttpRequest, row: Row, pictures: Sequence[Picture]) -> dict[str, Any]:
    """For search engines: an Observation of schema.org."""
    hazard = row.hazard
    return {
        "@context": "https://schema.org",
        "@type": "Observation",
        "name": row.label,
        "url": request.build_absolute_uri(request.path),
        "observationDate": hazard.last_seen.isoformat(),
        "measuredProperty": "probability",
        "value": round(row.p_percent / 100, 2),
        "observationAbout": {
            "@type": "Place",
            "geo": {"@type": "GeoCoordinates", "latitude": hazard.lat, "longitude": hazard.lon},
        },
        "image": [request.build_absolute_uri(picture.url) for picture in pictures],
        "license": DATA_LICENCE_URL,
    }
