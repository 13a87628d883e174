"""Hazards in an area, page by page, and one of them with its evidence."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.body import GEOMETRY, json_of
from hazardmap.api.buyers import (
    ESTIMATE,
    EXPLAIN,
    BuyerView,
    estimate,
    estimate_counted,
    links_of,
    metered,
)
from hazardmap.api.geojson import (
    MEDIA_TYPE,
    Answer,
    HazardCollection,
    HazardFeature,
    collection,
    cursor_as_header,
    times,
)
from hazardmap.api.grammar import AFTER, AREA, AT, FILTERS, LIMIT, area_of, time_of, wanted_of
from hazardmap.api.operations import operation
from hazardmap.api.problems import Invalid
from hazardmap.api.v1.evidence import (
    HEIR,
    MERGED,
    EvidenceItem,
    EvidencePicture,
    evidence_item,
    picture,
)
from hazardmap.core.answers.feature import feature
from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.geometry.area import Area
from hazardmap.core.geometry.region import MAX_POSITIONS, read_region
from hazardmap.core.seeing.georeference import Fault
from hazardmap.hazards import change_feed, search, selectors
from hazardmap.hazards.heirs import heir_of
from hazardmap.hazards.image_selectors import images_of
from hazardmap.hazards.past import LOOKED_AT_ONCE, page_at
from hazardmap.platform.moved import moved

PAGE = (*FILTERS, AT, LIMIT, AFTER, EXPLAIN)
PAST_PAGES_COUNTED = 5
IN_AREA = (*AREA, *PAGE)


class RegionGeometry(serializers.Serializer[Any]):
    """A GeoJSON Polygon or MultiPolygon, a Feature with one, or a FeatureCollection of that."""

    type = serializers.ChoiceField(["Polygon", "MultiPolygon"])
    coordinates = serializers.ListField(
        child=serializers.ListField(), help_text=f"rings; at most {MAX_POSITIONS} positions"
    )


class HazardDetail(Answer, HazardFeature):
    evidence = EvidenceItem(many=True, help_text="for and against, in order of time")
    images = EvidencePicture(
        many=True, help_text="the best 12, while the hazard is live, and published or confirmed"
    )


ANSWERS = {(200, MEDIA_TYPE): HazardCollection, **ESTIMATE}


class Hazards(BuyerView):
    @operation("listHazards", IN_AREA, responses=ANSWERS)
    def get(self, request: Request) -> Response:
        """The live hazards in a box, a circle or a cell of H3, page by page in order of id.

        With `at`, those of an earlier time as they were then; a page may then be short or even
        empty and still have a `next`. Without it, `X-Cursor` of the first page is where listChanges
        goes on from there (`since`): what changes while pages are read is told again, never lost.
        """
        values = self.values
        return _page(request, area_of(values), values)


class HazardsInRegion(BuyerView):
    parser_classes = GEOMETRY

    @operation("listHazardsInRegion", PAGE, request=RegionGeometry, responses=ANSWERS)
    def post(self, request: Request) -> Response:
        """The live hazards in a polygon, page by page in order of id.

        The sides are straight in degrees. One that spans more than 180° of longitude crosses the
        antimeridian, except one from −180 to 180. `X-Cursor` is as in listHazards.
        """
        values = self.values
        try:
            region = read_region(json_of(request))
        except ValueError as error:
            raise Invalid([Fault("", str(error))]) from error
        return _page(request, region, values)


class HazardById(BuyerView):
    @operation("getHazard", headers=[HEIR], responses={(200, MEDIA_TYPE): HazardDetail, **MERGED})
    def get(self, request: Request, hazard_id: UUID) -> HttpResponse:
        """One hazard with what is behind it: passes (the latest 1,000), and pictures.

        The id of one that proved to be one with another leads to that, under whose id it is told.
        """
        now, changed_at = timezone.now(), change_feed.changed_at()
        hazard = selectors.hazard_get(hazard_id)
        if hazard is None:
            return moved(request, hazard_id=heir_of(hazard_id))
        images = images_of(hazard_id)
        body = feature(hazard, now) | {
            **times(now, changed_at),
            "evidence": [evidence_item(hazard_id, one) for one in selectors.evidence_of(hazard_id)],
            "images": [picture(request, one) for one in images],
        }
        return metered(request, [hazard], "hazard", body)


def _page(request: Request, area: Area, values: dict[str, Any]) -> Response:
    now, limit, after = timezone.now(), values["limit"], values["after"]
    as_of = time_of(values, now)
    wanted = wanted_of(values, as_of)
    past = as_of if values["at"] is not None else None
    if values["explain"]:
        if past is not None:
            return _past_estimate(request, past, area, wanted, after=after, now=now)
        return estimate_counted(request, partial(search.count, area, wanted, after=after), now=now)
    newest = change_feed.newest_change()
    if past is not None:
        hazards, more = page_at(past, area, wanted, after=after, limit=limit)
    else:
        found = search.page(area, wanted, after=after, limit=limit + 1)
        hazards, more = found[:limit], found[limit - 1].id if len(found) > limit else None
    body = collection(
        (feature(hazard, as_of) for hazard in hazards),
        as_of=as_of,
        changed_at=newest.at if newest and past is None else None,
        links=links_of(request, None if more is None else str(more)),
    )
    response = metered(request, hazards, "hazards", body)
    if past is None:
        for name, text in cursor_as_header(newest).items():
            response.headers[name] = text
    return response


def _past_estimate(
    request: Request, at: datetime, area: Area, wanted: Wanted, *, after: UUID | None, now: datetime
) -> Response:
    """Counting goes on for some pages; more than that is `exact: false`."""
    units, pages = 0, 0
    while pages < PAST_PAGES_COUNTED:
        found, after = page_at(at, area, wanted, after=after, limit=LOOKED_AT_ONCE)
        units, pages = units + len(found), pages + 1
        if after is None:
            return estimate(request, units, now=now)
    return estimate(request, units, exact=False, now=now)
