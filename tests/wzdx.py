"""The schema of WZDx 4.2, with stand-ins for the three schemas that it takes from geojson.org."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

FOLDER = Path(__file__).with_name("wzdx-4.2")
_POSITION = {"type": "array", "minItems": 2, "items": {"type": "number"}}


def _geometry(kind: str, coordinates: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"enum": [kind]}, "coordinates": coordinates},
    }


_GEOJSON = {
    "Point": _geometry("Point", _POSITION),
    "MultiPoint": _geometry("MultiPoint", {"type": "array", "items": _POSITION}),
    "LineString": _geometry("LineString", {"type": "array", "minItems": 2, "items": _POSITION}),
}


_FORMATS = FormatChecker()


@_FORMATS.checks("date-time", ValueError)
def _is_time(value: object) -> bool:
    return datetime.fromisoformat(str(value)).tzinfo is not None


@cache
def validator() -> Draft7Validator:
    schemas = [json.loads(path.read_text()) for path in FOLDER.glob("*.json")]
    resources = [(one["$id"], one) for one in schemas]
    resources += [(f"https://geojson.org/schema/{n}.json", one) for n, one in _GEOJSON.items()]
    registry: Registry[Any] = Registry().with_resources(
        [(uri, Resource(one, DRAFT7)) for uri, one in resources]
    )
    (feed,) = (one for one in schemas if one["$id"].endswith("/WorkZoneFeed.json"))
    return Draft7Validator(feed, registry=registry, format_checker=_FORMATS)
