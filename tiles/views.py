"""The description of the tiles (TileJSON), with addresses that the one who asks may use."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hazardmap.accounts.selectors import buyer_by_token
from hazardmap.core.tile_token import signed
from hazardmap.platform.limited import limited
from hazardmap.platform.problems import answer
from tiles.layers import LAYERS

DESCRIPTIONS_PER_MINUTE = 300


@require_safe
@limited("descriptions of tiles", DESCRIPTIONS_PER_MINUTE)
def tilejson(request: HttpRequest, layer: str) -> HttpResponse:
    """TileJSON 3.0 of a layer; with an API key, the addresses are the buyer's own."""
    if layer not in LAYERS:
        return answer(404, f"There is no layer {layer}; there are {', '.join(sorted(LAYERS))}.")
    authorization = request.headers.get("Authorization")
    if authorization is None:
        folder, cache_control = f"tiles/v1/{layer}", "public, max-age=60"
    else:
        buyer = buyer_by_token(authorization.partition(" ")[2].strip())
        if buyer is None:
            refused = answer(HTTPStatus.UNAUTHORIZED, "The API key is unknown, revoked or expired.")
            refused.headers["WWW-Authenticate"] = 'Bearer realm="hazardmap"'
            return refused
        secret = settings.TILE_SECRETS[0]
        token = signed(buyer.key_id, layer, secret=secret, now=timezone.now())
        folder, cache_control = f"t/{token.path()}/{layer}", "private, max-age=3600"
    template = request.build_absolute_uri(f"/{folder}/") + "{z}/{x}/{y}.mvt"
    response = JsonResponse(LAYERS[layer].describe(template))
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = "Authorization"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
