"""Hazards in an area, page by page, and one of them with its evidence."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.body import json_of
from hazardmap.api.buyers import (
    ESTIMATE,
    EXPLAIN,
    BuyerView,
    estimate,
    links_of,
    metered,
)
from hazardmap.api.geojson import (
    MEDIA_TYPE,
    Answer,
    HazardCollection,
    HazardFeature,
    age_s,
    collection,
)
from hazardmap.api.grammar import AFTER, AREA, FILTERS, LIMIT, area_of, wanted_of
from hazardmap.api.parameters import described, read
from hazardmap.api.problems import Invalid
from hazardmap.core.area import Area
from hazardmap.core.feature import feature, timestamp
from hazardmap.core.georeference import Fault
from hazardmap.core.hazard import LIVE, Evidence
from hazardmap.core.kinds import KINDS
from hazardmap.core.region import MAX_POSITIONS, read_region
from hazardmap.hazards import search, selectors
from hazardmap.hazards.selectors import EvidenceImage

MOST_COUNTED = 100_000
PAGE = (*FILTERS, LIMIT, AFTER, EXPLAIN)
IN_AREA = (*AREA, *PAGE)


class RegionGeometry(serializers.Serializer[Any]):
    """A GeoJSON Polygon or MultiPolygon, or a Feature with one."""

    type = serializers.ChoiceField(["Polygon", "MultiPolygon"])
    coordinates = serializers.ListField(
        child=serializers.ListField(), help_text=f"rings; at most {MAX_POSITIONS} positions"
    )


class EvidenceItem(serializers.Serializer[Any]):
    pass_id = serializers.UUIDField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    seen = serializers.BooleanField()
    score = serializers.FloatField(allow_null=True)
    visibility = serializers.FloatField()
    log2_ratio = serializers.FloatField(help_text="bits for (> 0) or against (< 0) the hazard")
    frames = serializers.IntegerField()
    p_after = serializers.FloatField()


class EvidencePicture(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="faces and plates are blurred; needs no key")
    captured_at = serializers.DateTimeField()
    kind = serializers.ChoiceField(sorted(KINDS))
    score = serializers.FloatField(help_text="of the detector, 0..1")
    box = serializers.ListField(
        child=serializers.FloatField(), help_text="left, top, right, bottom in shares of the frame"
    )
    model_version = serializers.CharField(help_text="of the detector")
    simulated = serializers.BooleanField()


class HazardDetail(Answer, HazardFeature):
    evidence = EvidenceItem(many=True, help_text="for and against, in order of time")
    images = EvidencePicture(many=True, help_text="the best 12, while the hazard is live")


ANSWERS = {(200, MEDIA_TYPE): HazardCollection, **ESTIMATE}


class Hazards(BuyerView):
    @extend_schema(
        operation_id="listHazards",
        parameters=described(IN_AREA),
        responses=ANSWERS,
    )
    def get(self, request: Request) -> Response:
        """The live hazards in a box, a circle or a cell of H3, page by page in order of id."""
        values = read(request.query_params, IN_AREA)
        return _page(request, area_of(values), values)


class HazardsInRegion(BuyerView):
    @extend_schema(
        operation_id="listHazardsInRegion",
        parameters=described(PAGE),
        request=RegionGeometry,
        responses=ANSWERS,
    )
    def post(self, request: Request) -> Response:
        """The live hazards in a polygon, page by page in order of id.

        The sides are straight in degrees. One that spans more than 180° of longitude crosses the
        antimeridian, except one from −180 to 180.
        """
        values = read(request.query_params, PAGE)
        try:
            region = read_region(json_of(request))
        except ValueError as error:
            raise Invalid([Fault("body", str(error))]) from error
        return _page(request, region, values)


class HazardById(BuyerView):
    @extend_schema(operation_id="getHazard", responses={(200, MEDIA_TYPE): HazardDetail})
    def get(self, request: Request, hazard_id: UUID) -> Response:
        """One hazard with what is behind it: passes (the latest 1,000), and pictures."""
        read(request.query_params, ())
        now, changed_at = timezone.now(), search.changed_at()
        hazard = selectors.hazard_get(hazard_id)
        if hazard is None:
            raise Http404
        images = selectors.images_of(hazard_id) if hazard.state in LIVE else []
        body = feature(hazard, now) | {
            "as_of": timestamp(now),
            "data_age_s": age_s(changed_at, now),
            "evidence": [_item(one) for one in selectors.evidence_of(hazard_id)],
            "images": [_picture(request, one) for one in images],
        }
        return metered(request, [hazard], "hazard", body)


def _page(request: Request, area: Area, values: dict[str, Any]) -> Response:
    now, limit = timezone.now(), values["limit"]
    wanted, after = wanted_of(values, now), values["after"]
    if values["explain"]:
        units = search.count(area, wanted, after=after, most=MOST_COUNTED + 1)
        return estimate(units, most=MOST_COUNTED, now=now)
    changed_at = search.changed_at()
    found = search.page(area, wanted, after=after, limit=limit + 1)
    hazards, more = found[:limit], len(found) > limit
    body = collection(
        (feature(hazard, now) for hazard in hazards),
        as_of=now,
        changed_at=changed_at,
        links=links_of(request, str(hazards[-1].id) if more else None),
    )
    return metered(request, hazards, "hazards", body)


def _item(evidence: Evidence) -> dict[str, Any]:
    return {
        "pass_id": str(evidence.pass_id),
        "first_at": timestamp(evidence.first_at),
        "last_at": timestamp(evidence.last_at),
        "seen": evidence.seen,
        "score": evidence.score,
        "visibility": evidence.visibility,
        "log2_ratio": evidence.log2_ratio,
        "frames": evidence.frames,
        "p_after": evidence.p_after,
    }


def _picture(request: Request, image: EvidenceImage) -> dict[str, Any]:
    return {
        "url": request.build_absolute_uri(reverse("image", args=[image.frame_id])),
        "captured_at": timestamp(image.captured_at),
        "kind": image.kind,
        "score": image.score,
        "box": [image.box.left, image.box.top, image.box.right, image.box.bottom],
        "model_version": image.model_version,
        "simulated": image.simulated,
    }
