"""A tile, or why there is none, as an HTTP answer: caching, compression, problem documents."""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Final

from hazardmap.platform.problems import MEDIA_TYPE as PROBLEM
from hazardmap.platform.problems import problem
from tiles.files import Built

MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"
_GZIP: Final = re.compile(r"(?:^|[\s,])(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))|,|$)", re.I)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out; a header is there once."""

    status: HTTPStatus
    headers: dict[str, str]
    body: bytes = b""


class Refused(Exception):
    """The request gets a problem document instead of a tile."""

    def __init__(self, status: HTTPStatus, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def tile_answer(built: Built, cache_control: str, environ: Mapping[str, Any]) -> Answer:
    """200, 204 where the tile is empty, 304 where the client has it. `Last-Modified`: its age."""
    headers = {
        "Cache-Control": cache_control,
        "Access-Control-Allow-Origin": "*",
        "Last-Modified": formatdate(built.stamp, usegmt=True),
    }
    if built.body is None:
        return Answer(HTTPStatus.NO_CONTENT, headers)
    packed = _GZIP.search(environ.get("HTTP_ACCEPT_ENCODING", "")) is not None
    etag = f'"{built.etag}"'
    # As nginx does it: unpacked bytes are the same tile, but not the same bytes.
    headers |= {"ETag": etag if packed else f"W/{etag}", "Vary": "Accept-Encoding"}
    if _is_known(etag, headers["Last-Modified"], environ):
        return Answer(HTTPStatus.NOT_MODIFIED, headers)
    headers["Content-Type"] = MEDIA_TYPE
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = built.body if packed else gzip.decompress(built.body)
    return Answer(HTTPStatus.OK, headers, body)


def problem_answer(refused: Refused) -> Answer:
    """The problem document (RFC 9457), open to pages of other sites as the tiles are."""
    body = json.dumps(problem(refused.status, refused.detail)).encode()
    headers = {"Content-Type": PROBLEM, "Access-Control-Allow-Origin": "*"}
    return Answer(refused.status, headers | refused.headers, body)


def _is_known(etag: str, last_modified: str, environ: Mapping[str, Any]) -> bool:
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is None:
        return bool(environ.get("HTTP_IF_MODIFIED_SINCE") == last_modified)
    return known == "*" or etag in {one.strip().removeprefix("W/") for one in known.split(",")}
