"""The description of the tiles (TileJSON), with addresses that the one who asks may use."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hazardmap.accounts.services import Buyer, KeyRefused, key_admit
from hazardmap.billing.cost_told import cost_told
from hazardmap.billing.plan_selectors import is_plan_missing
from hazardmap.billing.services import NO_PLAN, answer_quote
from hazardmap.core.access.scopes import Scope
from hazardmap.core.access.tile_token import signed
from hazardmap.core.selling.usage import Meter
from hazardmap.platform import problem_types
from hazardmap.platform.limited import limited
from hazardmap.platform.no_parameters import no_parameters
from hazardmap.platform.problems import answer
from tiles.answer import Refused
from tiles.layers import LAYERS

DESCRIPTIONS_PER_MINUTE = 300


@require_safe
@limited("descriptions of tiles", DESCRIPTIONS_PER_MINUTE)
@no_parameters
def tilejson(request: HttpRequest, layer: str) -> HttpResponse:
    """TileJSON 3.0 of a layer; with an API key, the addresses are the buyer's own."""
    if layer not in LAYERS:
        return answer(404, f"There is no layer {layer}; there are {', '.join(sorted(LAYERS))}.")
    authorization, cost = request.headers.get("Authorization"), {}
    folder, cache_control = f"tiles/v1/{layer}", "public, max-age=60"
    if authorization is not None:
        try:
            buyer = _buyer(authorization, request)
        except Refused as refused:
            return _refusal(refused)
        if not buyer.test and is_plan_missing(buyer.organisation_id):
            return _needs_a_plan(request)
        cache_control = "private, max-age=3600"
        if not buyer.test:  # which is not billed, and gets the free tiles
            folder, cost = _folder_of(buyer, layer), {"cost": _cost_of_tile(buyer)}
    template = request.build_absolute_uri(f"/{folder}/") + "{z}/{x}/{y}.mvt"
    response = JsonResponse(LAYERS[layer].describe(template) | cost)
    response.headers["Cache-Control"] = cache_control
    response.headers["Vary"] = "Authorization"
    return response


def _buyer(authorization: str, request: HttpRequest) -> Buyer:
    """Raises Refused."""
    try:
        buyer = key_admit(token=authorization.partition(" ")[2].strip(), meta=request.META)
    except KeyRefused as why:
        raise Refused(HTTPStatus.FORBIDDEN, str(why)) from None
    if buyer is None:
        detail = "The API key is unknown, revoked or expired."
        raise Refused(HTTPStatus.UNAUTHORIZED, detail, WWW_Authenticate='Bearer realm="hazardmap"')
    if Scope.TILES not in buyer.scopes:
        raise Refused(HTTPStatus.FORBIDDEN, f"This key lacks the scope {Scope.TILES}.")
    return buyer


def _folder_of(buyer: Buyer, layer: str) -> str:
    token = signed(buyer.key_id, layer, secret=settings.TILE_SECRETS[0], now=timezone.now())
    return f"t/{token.path()}/{layer}"


def _cost_of_tile(buyer: Buyer) -> dict[str, Any]:
    """The unit price: tiles are files, and what has been served of them is counted after it."""
    price = answer_quote(
        organisation_id=buyer.organisation_id, key_id=buyer.key_id, meter=Meter.TILE, units=1
    )
    return cost_told(Meter.TILE, 1, price)


def _needs_a_plan(request: HttpRequest) -> HttpResponse:
    kind = problem_types.PLAN_MISSING
    uri = kind.uri(request.build_absolute_uri(problem_types.PAGE))
    return answer(kind.status, NO_PLAN, type=uri, title=kind.title)


def _refusal(refused: Refused) -> HttpResponse:
    response = answer(refused.status, refused.detail)
    for name, value in refused.headers.items():
        response.headers[name] = value
    return response
