"""Tiles over HTTP, without Django's middleware: an address becomes a file's bytes.

Free tiles (`/tiles/v1/…`) are limited per address; buyers' tiles (`/t/{token}/…`) are checked,
limited per key and metered. Only a tile that has no file touches the database.
"""

import logging
import re
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from hazardmap.core.access.tile_token import TileToken
from hazardmap.platform.client_address import address_in
from hazardmap.platform.rate_limit import allow_here
from tiles.answer import Answer, Refused, problem_answer, tile_answer
from tiles.building import build_in_time, is_hopeless
from tiles.buyers import COST, check_buyer, meter
from tiles.files import Built, Unavailable, fetch
from tiles.layers import LAYERS
from tiles.mercator import Tile

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

TILES_PER_MINUTE: Final = 3000
RETRY_AFTER_S: Final = "5"
_TILE: Final = r"/(?P<layer>[a-z]+)/(?P<z>[0-9]{1,20})/(?P<x>[0-9]{1,20})/(?P<y>[0-9]{1,20})\.mvt"
_FREE: Final = re.compile(rf"/tiles/v1{_TILE}")
_BOUGHT: Final = re.compile(
    rf"/t/(?P<kid>[a-z2-7]{{16}})/(?P<expires>[0-9]{{10}})/(?P<signature>[0-9A-Za-z_-]{{26}}){_TILE}"
)
logger = logging.getLogger(__name__)


def is_tile(path: str) -> bool:
    """Whether `application` answers for this path."""
    return path.startswith("/t/") or (path.startswith("/tiles/") and path.endswith(".mvt"))


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """WSGI."""
    try:
        answer = _answer(environ)
    except Refused as refused:
        answer = problem_answer(refused)
    except Unavailable as why:
        busy = Refused(HTTPStatus.SERVICE_UNAVAILABLE, str(why), Retry_After=RETRY_AFTER_S)
        answer = problem_answer(busy)
    except Exception:
        logger.exception("%s", environ["PATH_INFO"])
        detail = "The server failed. The failure has been logged."
        answer = problem_answer(Refused(HTTPStatus.INTERNAL_SERVER_ERROR, detail))
    headers = list(answer.headers.items())
    if answer.status not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        headers.append(("Content-Length", str(len(answer.body))))
    start_response(f"{answer.status.value} {answer.status.phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]


def _answer(environ: "WSGIEnvironment") -> Answer:
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        detail = "Tiles can only be read."
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, detail, Allow="GET, HEAD")
    path = environ["PATH_INFO"]
    if match := _FREE.fullmatch(path):
        return _free(environ, match)
    if match := _BOUGHT.fullmatch(path):
        return _bought(environ, match)
    raise Refused(HTTPStatus.NOT_FOUND, f"There is nothing at {path}.")


def _free(environ: "WSGIEnvironment", match: re.Match[str]) -> Answer:
    if not allow_here(f"tiles:{address_in(environ)}", limit=TILES_PER_MINUTE, period_s=60):
        detail = f"More than {TILES_PER_MINUTE} tiles a minute from one address."
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, detail, Retry_After="60")
    built = _built(match)
    return tile_answer(built, f"public, max-age={LAYERS[match['layer']].max_age_s}", environ)


def _bought(environ: "WSGIEnvironment", match: re.Match[str]) -> Answer:
    token = TileToken(match["kid"], int(match["expires"]), match["signature"])
    check_buyer(token, match["layer"])
    answer = tile_answer(_built(match), "private, max-age=3", environ)
    if answer.status is HTTPStatus.OK and environ["REQUEST_METHOD"] == "GET":
        try:
            meter(token.kid, "/".join(match.group("layer", "z", "x", "y")))
        except OSError as error:
            logger.exception("usage cannot be kept")
            raise Unavailable("Usage cannot be counted at the moment.") from error
        answer.headers.update(COST)
    return answer


def _built(match: re.Match[str]) -> Built:
    name, tile = match["layer"], Tile(int(match["z"]), int(match["x"]), int(match["y"]))
    layer = LAYERS.get(name)
    if layer is None:
        detail = f"There is no layer {name}; there are {', '.join(sorted(LAYERS))}."
        raise Refused(HTTPStatus.NOT_FOUND, detail)
    if not tile.exists:
        detail = "z must be 0 to 22 and x, y inside the grid of that zoom."
        raise Refused(HTTPStatus.BAD_REQUEST, detail)
    return fetch(name, tile, partial(build_in_time, name, tile), layer.keep_s, is_hopeless)
