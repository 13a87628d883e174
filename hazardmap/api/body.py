"""Bodies of requests: bounded before they are read, and JSON that is nothing but JSON."""

from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from hazardmap.api.geojson import MEDIA_TYPE
from hazardmap.api.problems import Invalid, TooLarge
from hazardmap.core.seeing.georeference import Fault

MAX_JSON_BYTES = 1_000_000


class GeoJSONParser(JSONParser):
    """What calls itself GeoJSON is JSON."""

    media_type = MEDIA_TYPE


GEOMETRY = (JSONParser, GeoJSONParser)
"""Parsers of a body that is a geometry."""


def bound(request: Request, limit_bytes: int, fault: Fault) -> None:
    """Refuse a large body unread. The server reads no more than this header says."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit_bytes:
        raise TooLarge([fault])


def json_of(request: Request, limit_bytes: int = MAX_JSON_BYTES) -> object:
    """The body as JSON (NaN is none). Raises TooLarge, Invalid, and REST framework's ParseError."""
    size = f"{limit_bytes // 1_000_000} MB" if limit_bytes >= 1_000_000 else ""
    size = size or f"{limit_bytes // 1000} kB"
    bound(request, limit_bytes, Fault("", f"is larger than {size}"))
    try:
        return request.data
    except RecursionError:
        raise Invalid([Fault("", "is nested too deeply")]) from None
