"""The buyer's view of the map."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, QueryDict
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hazardmap.api.authentication import BuyerKey, buyer_of
from hazardmap.api.geojson import HazardCollection, HazardFeature, feature, links_of
from hazardmap.api.problems import Invalid
from hazardmap.core.bbox import Bbox, parse_bbox
from hazardmap.core.georeference import Fault
from hazardmap.core.hazard import Evidence, Hazard
from hazardmap.core.kinds import KINDS
from hazardmap.core.usage import Meter, UsageRecord
from hazardmap.hazards import selectors
from hazardmap.metering.services import usage_record
from hazardmap.platform.ids import new_id

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
GEOJSON = "application/geo+json"
KNOWN = {"bbox", "kind", "published", "limit", "after"}


class EvidenceItem(serializers.Serializer[Evidence]):
    pass_id = serializers.UUIDField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    seen = serializers.BooleanField()
    score = serializers.FloatField(allow_null=True)
    visibility = serializers.FloatField()
    log2_ratio = serializers.FloatField(help_text="bits for (> 0) or against (< 0) the hazard")
    frames = serializers.IntegerField()
    p_after = serializers.FloatField()


class HazardDetail(HazardFeature):
    evidence = EvidenceItem(many=True)


class Hazards(APIView):
    authentication_classes = (BuyerKey,)

    @extend_schema(
        operation_id="listHazards",
        parameters=[
            OpenApiParameter("bbox", str, required=True, description="west,south,east,north"),
            OpenApiParameter("kind", str, description="kinds, separated by commas"),
            OpenApiParameter(
                "published", bool, description="only with two witnesses; default true"
            ),
            OpenApiParameter(
                "limit", int, description=f"1 to {MAX_LIMIT}, default {DEFAULT_LIMIT}"
            ),
            OpenApiParameter("after", str, description="id of the last hazard of the page before"),
        ],
        responses={(200, GEOJSON): HazardCollection},
    )
    def get(self, request: Request) -> Response:
        """The live hazards in a box, as GeoJSON, page by page."""
        query = _Query.read(request.query_params)
        page = selectors.hazards_page(
            bbox=query.bbox,
            kinds=query.kinds,
            published_only=query.published,
            after=query.after,
            limit=query.limit + 1,
        )
        hazards, more = page[: query.limit], len(page) > query.limit
        now = timezone.now()
        body = {
            "type": "FeatureCollection",
            "as_of": now,
            "features": [feature(hazard, now) for hazard in hazards],
            "links": links_of(request, hazards[-1].id if more else None),
        }
        return _metered(request, hazards, "hazards", HazardCollection(body).data)


class HazardById(APIView):
    authentication_classes = (BuyerKey,)

    @extend_schema(operation_id="getHazard", responses={(200, GEOJSON): HazardDetail})
    def get(self, request: Request, hazard_id: UUID) -> Response:
        """One hazard with the evidence behind it, pass by pass (the latest 1,000)."""
        hazard = selectors.hazard_get(hazard_id)
        if hazard is None:
            raise Http404
        trail = selectors.evidence_of(hazard_id)
        body = feature(hazard, timezone.now()) | {"evidence": trail}
        return _metered(request, [hazard], "hazard", HazardDetail(body).data)


@dataclass(frozen=True, slots=True)
class _Query:
    """The checked parameters of a list of hazards."""

    bbox: Bbox
    kinds: frozenset[str] | None
    published: bool
    limit: int
    after: UUID | None

    @classmethod
    def read(cls, params: QueryDict) -> "_Query":
        """Raises Invalid with every broken rule."""
        faults = [Fault(name, "is no parameter here") for name in params if name not in KNOWN]
        faults += [
            Fault(name, "is given more than once")
            for name in params
            if len(params.getlist(name)) > 1
        ]
        readers = {
            "bbox": _bbox,
            "kinds": _kinds,
            "published": _published,
            "limit": _limit,
            "after": _after,
        }
        values: dict[str, Any] = {}
        for name, reader in readers.items():
            value = reader(params)
            if isinstance(value, Fault):
                faults.append(value)
            values[name] = value
        if faults:
            raise Invalid(faults)
        return cls(**values)


def _bbox(params: Mapping[str, str]) -> Bbox | Fault:
    try:
        return parse_bbox(params.get("bbox", ""))
    except ValueError as error:
        return Fault("bbox", str(error))


def _kinds(params: Mapping[str, str]) -> frozenset[str] | Fault | None:
    if "kind" not in params:
        return None
    kinds = frozenset(params["kind"].split(","))
    if unknown := sorted(kinds - KINDS.keys()):
        return Fault("kind", f"{unknown[0]!r} is unknown; known are {', '.join(sorted(KINDS))}")
    return kinds


def _published(params: Mapping[str, str]) -> bool | Fault:
    text = params.get("published", "true").lower()
    return text == "true" if text in {"true", "false"} else Fault("published", "true or false")


def _limit(params: Mapping[str, str]) -> int | Fault:
    text = params.get("limit", str(DEFAULT_LIMIT))
    if text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MAX_LIMIT:
        return int(text)
    return Fault("limit", f"must be a whole number from 1 to {MAX_LIMIT}")


def _after(params: Mapping[str, str]) -> UUID | Fault | None:
    if "after" not in params:
        return None
    try:
        return UUID(params["after"])
    except ValueError:
        return Fault("after", "must be the id of a hazard")


def _metered(
    request: Request, hazards: list[Hazard], subject: str, body: dict[str, Any]
) -> Response:
    """An answer whose hazards are on the buyer's account before it leaves."""
    request_id = str(new_id())
    if hazards and request.method != "HEAD":  # the answer to HEAD is empty
        usage_record(
            UsageRecord(
                key_id=buyer_of(request).key_id,
                meter=Meter.HAZARD,
                quantity=len(hazards),
                at=timezone.now(),
                request_id=request_id,
                subject=subject,
                hazards=tuple(hazard.id for hazard in hazards),
            )
        )
    headers = {"X-Request-Id": request_id, "Cache-Control": "private, no-store"}
    return Response(body, headers=headers, content_type=GEOJSON)
