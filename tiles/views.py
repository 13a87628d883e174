"""The description of the tiles (TileJSON), with addresses that the one who asks may use."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hazardmap.accounts.services import KeyRefused, key_admit
from hazardmap.core.scopes import Scope
from hazardmap.core.tile_token import signed
from hazardmap.platform.limited import limited
from hazardmap.platform.problems import answer
from tiles.answer import Refused
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
        try:
            folder = _folder_of_buyer(authorization, request, layer)
        except Refused as refused:
            return _refusal(refused)
        cache_control = "private, max-age=3600"
    template = request.build_absolute_uri(f"/{folder}/") + "{z}/{x}/{y}.mvt"
    response = JsonResponse(LAYERS[layer].describe(template))
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = "Authorization"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _folder_of_buyer(authorization: str, request: HttpRequest, layer: str) -> str:
    """Raises Refused. A test key, which is not billed, gets the free tiles."""
    try:
        buyer = key_admit(token=authorization.partition(" ")[2].strip(), meta=request.META)
    except KeyRefused as why:
        raise Refused(HTTPStatus.FORBIDDEN, str(why)) from None
    if buyer is None:
        detail = "The API key is unknown, revoked or expired."
        raise Refused(HTTPStatus.UNAUTHORIZED, detail, WWW_Authenticate='Bearer realm="hazardmap"')
    if Scope.TILES not in buyer.scopes:
        raise Refused(HTTPStatus.FORBIDDEN, f"This key lacks the scope {Scope.TILES}.")
    if buyer.test:
        return f"tiles/v1/{layer}"
    token = signed(buyer.key_id, layer, secret=settings.TILE_SECRETS[0], now=timezone.now())
    return f"t/{token.path()}/{layer}"


def _refusal(refused: Refused) -> HttpResponse:
    response = answer(refused.status, refused.detail)
    for name, value in refused.headers.items():
        response.headers[name] = value
    return response
