"""The OpenAPI 3.0 document of the features (OGC 17-069r4, conformance class oas30)."""

from collections.abc import Iterable
from typing import Any, Final

from hazardmap.api.ogc.collections import Collection
from hazardmap.api.parameters import Parameter
from hazardmap.api.schema import PROBLEM
from hazardmap.platform.problems import MEDIA_TYPE as PROBLEM_TYPE

OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
_GEOMETRY: Final = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {"type": {"type": "string"}, "coordinates": {"type": "array", "items": {}}},
}
_LINK: Final = {
    "type": "object",
    "required": ["href"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type")},
}
_LINKS: Final = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
_FEATURE: Final = {
    "type": "object",
    "required": ["type", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": _GEOMETRY,
        "properties": {"type": "object"},
        "links": _LINKS,
    },
}
_FEATURES: Final = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
        "links": _LINKS,
        "timeStamp": {"type": "string", "format": "date-time"},
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
    },
}
_SECURITY: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"basic": []}]


def described(collections: Iterable[Collection], server: str) -> dict[str, Any]:
    """server: where the landing page is."""
    ids = []
    paths: dict[str, Any] = {
        "/": _path("getLandingPage", "What there is", "object"),
        "/conformance": _path("getConformance", "Which parts of the standard hold", "object"),
        "/collections": _path("listCollections", "The collections", "object"),
    }
    for one in collections:
        ids.append(one.id)
        items = f"/collections/{one.id}/items"
        paths[items] = _path(
            f"list_{one.id}", one.says, "features", [_parameter(p) for p in one.parameters]
        )
        paths[f"{items}/{{featureId}}"] = _path(
            f"get_{one.id}", f"One feature of {one.title}", "feature", [_in_path("featureId")]
        )
    paths["/collections/{collectionId}"] = _path(
        "getCollection", "One of the collections", "object", [_in_path("collectionId", ids)]
    )
    return {
        "openapi": "3.0.3",
        "info": {"title": "hazardmap: OGC API Features", "version": "1"},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": {
                "link": _LINK,
                "feature": _FEATURE,
                "features": _FEATURES,
                "problem": PROBLEM,
                "object": {"type": "object"},
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _path(
    id_: str, says: str, schema: str, parameters: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    features = schema != "object"
    media_type = "application/geo+json" if features else "application/json"
    content = {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    problem = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}}
    operation = {
        "operationId": id_,
        "description": says,
        "parameters": list(parameters),
        "responses": {
            "200": {"description": "as asked", "content": content},
            "default": {"description": "what went wrong", "content": problem},
        },
    }
    return {"get": operation | ({"security": _SECURITY} if features else {})}


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "in": "query",
        "required": one.required,
        "description": one.says,
        "schema": one.schema(),
        "style": "form",
        "explode": False,  # a box has commas between its numbers
    }


def _in_path(name: str, words: Iterable[str] = ()) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if words := list(words):
        schema["enum"] = words
    return {"name": name, "in": "path", "required": True, "schema": schema}
