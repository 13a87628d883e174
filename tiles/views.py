"""Tiles over HTTP."""

import gzip
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from hazardmap.platform.limited import limited
from hazardmap.platform.problems import answer
from tiles.layers import LAYERS, build
from tiles.mercator import Tile

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
TILES_PER_MINUTE = 3000
DESCRIPTIONS_PER_MINUTE = 300


@require_safe
@limited("tiles", TILES_PER_MINUTE)
def tile(request: HttpRequest, layer: str, z: int, x: int, y: int) -> HttpResponse:
    """One tile of the public map: free, limited per address. Empty tiles are 204."""
    address = Tile(z, x, y)
    if layer not in LAYERS:
        return answer(404, f"There is no layer {layer}; there are {', '.join(sorted(LAYERS))}.")
    if not address.exists:
        return answer(400, "z must be 0 to 22 and x, y inside the grid of that zoom.")
    body = build(layer, address)
    response = HttpResponse(status=204) if body is None else _with_body(request, body)
    response.headers["Cache-Control"] = f"public, max-age={LAYERS[layer].max_age_s}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@limited("descriptions of tiles", DESCRIPTIONS_PER_MINUTE)
def tilejson(request: HttpRequest, layer: str) -> HttpResponse:
    """TileJSON 3.0 of a layer."""
    if layer not in LAYERS:
        return answer(404, f"There is no layer {layer}; there are {', '.join(sorted(LAYERS))}.")
    template = request.build_absolute_uri(f"/tiles/v1/{layer}/{{z}}/{{x}}/{{y}}.mvt")
    template = template.replace("%7B", "{").replace("%7D", "}")
    response = JsonResponse(LAYERS[layer].describe(template))
    response.headers["Cache-Control"] = "public, max-age=60"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _with_body(request: HttpRequest, body: bytes) -> HttpResponse:
    # Weak, since the bytes on the wire depend on Accept-Encoding.
    etag = f'W/"{sha256(body).hexdigest()[:24]}"'
    headers = {"ETag": etag, "Vary": "Accept-Encoding"}
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if {"*", etag, etag.removeprefix("W/")}.intersection(known):
        return HttpResponseNotModified(headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body = gzip.compress(body, compresslevel=5, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return HttpResponse(body, content_type=MEDIA_TYPE, headers=headers)
