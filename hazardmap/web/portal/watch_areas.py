"""What an endpoint is told of: boxes, areas and routes."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hazardmap.core.access.roles import Act
from hazardmap.core.geometry.bbox import parse_bbox
from hazardmap.core.geometry.corridor import USUAL_M, Watched
from hazardmap.core.geometry.positions import geometry_of
from hazardmap.core.geometry.region import read_region, region_of_box
from hazardmap.core.geometry.route import read_line
from hazardmap.core.kinds import KINDS
from hazardmap.platform.there import there
from hazardmap.web.asking import done
from hazardmap.web.portal.access import Portal, portal_page
from hazardmap.webhooks import selectors, services

MOST_LETTERS = 400_000


@require_POST
@portal_page(Act.MANAGE_WEBHOOKS)
def add(request: HttpRequest, portal: Portal, endpoint_id: UUID) -> HttpResponse:
    def act() -> None:
        kinds = set(request.POST.getlist("kinds"))
        services.watch_add(
            organisation_id=portal.organisation.pk,
            endpoint_id=endpoint_id,
            name=_name(request.POST.get("name", "")),
            watched=_watched(request.POST.get("area", "")),
            kinds=kinds & KINDS.keys() or None,
            min_probability=_probability(request.POST.get("min_probability", "")),
            published=request.POST.get("published") == "on",
            simulated=None if request.POST.get("simulated") == "on" else False,
        )

    there(selectors.endpoint_get(portal.organisation.pk, endpoint_id))
    words = _("Watched from now on. What is there already is not told.")
    return done(request, portal.url(f"webhooks/{endpoint_id}/"), act, words)


@require_POST
@portal_page(Act.MANAGE_WEBHOOKS)
def remove(request: HttpRequest, portal: Portal, watch_id: UUID) -> HttpResponse:
    mine = portal.organisation.pk
    watch = there(selectors.watch_area_get(mine, watch_id))
    return done(
        request,
        portal.url(f"webhooks/{watch.endpoint_id}/"),
        lambda: services.watch_remove(organisation_id=mine, watch_id=watch_id),
        _("No longer watched."),
    )


def _name(text: str) -> str:
    if not 1 <= len(text.strip()) <= 100:
        raise ValueError(_("The name must have 1 to 100 letters."))
    return text.strip()


def _probability(text: str) -> float:
    try:
        value = float(text.replace(",", ".") or 0)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise ValueError(_("The probability must be a number from 0 to 1."))
    return value


def _watched(text: str) -> Watched:
    """west,south,east,north, or GeoJSON: an area, or a line and USUAL_M on each side of it."""
    value = _geojson(text) if text.lstrip().startswith("{") else None
    try:
        if value is None:
            return Watched(region_of_box(parse_bbox(text)))
        geometry = geometry_of(value)
        if geometry.get("type") == "LineString":
            return Watched.along(read_line(geometry), USUAL_M)
        return Watched(read_region(geometry))
    except ValueError as error:
        words = _("This area cannot be used. In the words of the API: %(rule)s.")
        raise ValueError(words % {"rule": error}) from None


def _geojson(text: str) -> dict[str, object]:
    if len(text) > MOST_LETTERS:
        raise ValueError(_("The area is longer than %(most)d letters.") % {"most": MOST_LETTERS})
    try:
        return dict(json.loads(text))
    except (ValueError, RecursionError):
        raise ValueError(_("The area is no JSON.")) from None
