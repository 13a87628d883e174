"""OGC API Features, part 1: what GDAL, QGIS and other GIS programs read (OGC 17-069r4)."""

from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.buyers import sold
from hazardmap.api.geojson import MEDIA_TYPE as GEOJSON
from hazardmap.api.geojson import collection, times
from hazardmap.api.ogc.access import DescriptionView, FeaturesView
from hazardmap.api.ogc.collections import COLLECTIONS, Collection
from hazardmap.api.ogc.document import OPENAPI, described
from hazardmap.api.ogc.parameters import JSON as JSON_PARAMETER
from hazardmap.api.operations import takes
from hazardmap.api.parameters import read
from hazardmap.core.answers.feature import timestamp
from hazardmap.hazards import change_feed
from hazardmap.platform.moved import moved
from hazardmap.platform.there import there

JSON = "application/json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CLASSES: Final = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
CONFORMS_TO: Final = [f"{_CLASSES}{name}" for name in ("core", "oas30", "geojson")]
Link = dict[str, str]


@extend_schema(exclude=True)
class Landing(DescriptionView):
    @takes(JSON_PARAMETER)
    def get(self, request: Request) -> Response:
        return _answer(
            {
                "title": "hazardmap",
                "description": "Live road hazards with probabilities that fade",
                "links": [
                    _link(request, "self", JSON, "ogc-landing"),
                    _link(request, "service-desc", OPENAPI, "ogc-document"),
                    _link(request, "service-doc", "text/html", "api"),
                    _link(request, "conformance", JSON, "ogc-conformance"),
                    _link(request, "data", JSON, "ogc-collections"),
                ],
            }
        )


@extend_schema(exclude=True)
class Conformance(DescriptionView):
    @takes(JSON_PARAMETER)
    def get(self, request: Request) -> Response:
        return _answer({"conformsTo": CONFORMS_TO})


@extend_schema(exclude=True)
class Document(DescriptionView):
    @takes(JSON_PARAMETER)
    def get(self, request: Request) -> Response:
        server = request.build_absolute_uri(reverse("ogc-landing")).rstrip("/")
        return _answer(described(COLLECTIONS.values(), server), OPENAPI)


@extend_schema(exclude=True)
class Collections(DescriptionView):
    @takes(JSON_PARAMETER)
    def get(self, request: Request) -> Response:
        return _answer(
            {
                "links": [_link(request, "self", JSON, "ogc-collections")],
                "collections": [_about(request, one) for one in COLLECTIONS.values()],
            }
        )


@extend_schema(exclude=True)
class CollectionById(DescriptionView):
    @takes(JSON_PARAMETER)
    def get(self, request: Request, collection_id: str) -> Response:
        return _answer(_about(request, _known(collection_id)))


@extend_schema(exclude=True)
class Items(FeaturesView):
    def get(self, request: Request, collection_id: str) -> Response:
        known = _known(collection_id)
        values = read(request.query_params, known.parameters)
        now, changed_at = timezone.now(), change_feed.changed_at()
        page = known.page(values, now)
        links = [
            {"rel": "self", "type": GEOJSON, "href": request.build_absolute_uri()},
            _link(request, "collection", JSON, "ogc-collection", collection_id),
        ]
        if page.after is not None:
            query = request.query_params.copy()
            query["after"] = page.after
            href = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
            links.append({"rel": "next", "type": GEOJSON, "href": href})
        body = collection(page.features, as_of=now, changed_at=changed_at, links=links)
        body |= {"timeStamp": timestamp(now), "numberReturned": len(page.features)}
        if page.after is None and values["after"] is None:
            body["numberMatched"] = len(page.features)
        return sold(request, page.goods, f"ogc {collection_id}", body)


@extend_schema(exclude=True)
class Item(FeaturesView):
    @takes(JSON_PARAMETER)
    def get(self, request: Request, collection_id: str, feature_id: str) -> HttpResponse:
        known = _known(collection_id)
        now, changed_at = timezone.now(), change_feed.changed_at()
        found = known.one(feature_id, now)
        if found is None:
            return moved(request, feature_id=known.heir(feature_id))
        body = found.feature | {
            **times(now, changed_at),
            "links": [
                {"rel": "self", "type": GEOJSON, "href": request.build_absolute_uri()},
                _link(request, "collection", JSON, "ogc-collection", collection_id),
            ],
        }
        return sold(request, found.goods, f"ogc {collection_id}", body)


def _known(collection_id: str) -> Collection:
    return there(COLLECTIONS.get(collection_id))


def _about(request: Request, about: Collection) -> dict[str, Any]:
    return {
        "id": about.id,
        "title": about.title,
        "description": about.says,
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [[-180.0, -90.0, 180.0, 90.0]], "crs": CRS84}},
        "crs": [CRS84],
        "links": [
            _link(request, "self", JSON, "ogc-collection", about.id),
            _link(request, "items", GEOJSON, "ogc-items", about.id),
        ],
    }


def _link(request: Request, rel: str, type_: str, name: str, *args: str) -> Link:
    href = request.build_absolute_uri(reverse(name, args=args))
    return {"rel": rel, "type": type_, "href": href}


def _answer(body: dict[str, Any], media_type: str = JSON) -> Response:
    return Response(body, headers={"Cache-Control": "public, max-age=60"}, content_type=media_type)
