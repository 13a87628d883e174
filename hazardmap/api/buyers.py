"""What all answers to buyers have in common: who asks, what it costs, how it is paged."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypedDict
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import http_date, parse_etags, parse_http_date_safe
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.accounts.services import Buyer
from hazardmap.api.authentication import BuyerKey, HasScope, buyer_of
from hazardmap.api.geojson import MEDIA_TYPE, Cost
from hazardmap.api.operations import OperationView
from hazardmap.api.parameters import Parameter, one_of
from hazardmap.api.spending import check_affordable, give_back, quote, reserve_together
from hazardmap.core.access.scopes import Scope
from hazardmap.core.answers.feature import timestamp, written
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.services import answer_count, usage_record
from hazardmap.platform.rate_limit import spend
from hazardmap.platform.request_id import request_id
from hazardmap.platform.unchanged_since import unchanged_since

EXPLAIN: Final = Parameter(
    "explain", one_of("cost"), "cost: say what this and all further pages would cost, for nothing"
)

_LASTING: Final = attrgetter(
    *("id", "kind", "state", "lon", "lat", "radius_m", "p", "t_ref", "half_life_s", "severity"),
    *("first_seen", "last_seen", "expires_at", "passes", "witnesses"),
    *("published", "confirmed", "simulated"),
)
"""What is told of a hazard (core.answers.feature) and does not change while it fades by itself."""
_AROUND: Final = ("links", "matched", "numberMatched", "images", "cursor")
"""What an answer says beside its rows: it may change where they do not."""
MOST_COUNTED: Final = 100_000
TEST_REQUESTS_PER_DAY: Final = 1000


class BuyerView(OperationView):
    """Answers keys that have the `scope`. Test keys cost nothing, so all of an organisation
    have a bound together.

    meter: what its answers are counted by; None where they are free.
    """

    authentication_classes = (BuyerKey,)
    permission_classes = (IsAuthenticated, HasScope)
    scope = Scope.HAZARDS
    meter: Meter | None = Meter.HAZARD

    _key_id: str | None = None

    def bucket(self, request: Request) -> str:
        return f"buyer:{buyer_of(request).key_id}"

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        if isinstance(request.user, Buyer):
            self._key_id = request.user.key_id

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The answer, counted by its status for the buyer to see."""
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        try:
            response = super().dispatch(request, *args, **kwargs)
            status = response.status_code
            return response
        finally:
            if self._key_id is not None:
                answer_count(key_id=self._key_id, status=status)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        buyer = buyer_of(request)
        if buyer.test:
            bucket = f"test:{buyer.organisation_id}"
            left = spend(bucket, limit=TEST_REQUESTS_PER_DAY, period_s=86_400)
            if left.events < 0:
                raise Throttled(wait=left.reset_s)
        elif self.meter is not None and "explain" not in request.query_params:
            check_affordable(request, self.meter)


class WebhookView(BuyerView):
    """Watch areas, endpoints and deliveries: a scope of their own, since they change things."""

    scope = Scope.WEBHOOKS
    meter = None


class Whose(TypedDict):
    """Whose endpoints are meant (webhooks.whose)."""

    organisation_id: UUID
    by_key: str


def whose(request: Request) -> Whose:
    """Those of the key that asks and of the keys it was rolled from: not its whole organisation's.

    A key that was found by somebody thus reaches nothing but what its end switches off.
    """
    buyer = buyer_of(request)
    return {"organisation_id": buyer.organisation_id, "by_key": buyer.key_id}


class CostEstimate(Cost):
    """Amounts are before tax; null where the key has no plan or no cap."""

    as_of = serializers.DateTimeField()
    meter = serializers.ChoiceField([Meter.HAZARD.value, Meter.EXPORT_MB.value])
    amount = serializers.CharField(allow_null=True, help_text="what it would add to the month")
    spent = serializers.CharField(allow_null=True, help_text="in this month so far")
    exact = serializers.BooleanField(
        help_text="false: it is this or more; of an export: about this, by its first hazards"
    )


ESTIMATE: Final = {(200, "application/json"): OpenApiResponse(CostEstimate, "with explain=cost")}


class Goods(NamedTuple):
    """What an answer delivers.

    units: of hazards, that are billed. hazards: whose evidence it is. state: the same bytes as long
    as nothing but time has gone by. beside: units of other meters that are billed with it.
    """

    units: int
    hazards: tuple[UUID, ...]
    state: bytes
    beside: Mapping[Meter, int] = MappingProxyType({})


def metered(
    request: Request,
    hazards: Sequence[Hazard],
    subject: str,
    body: dict[str, Any],
    *,
    media_type: str = MEDIA_TYPE,
    beside: Mapping[Meter, int] = MappingProxyType({}),
) -> Response:
    """An answer whose hazards are on the buyer's account before it leaves: a unit each."""
    goods = goods_of(hazards)._replace(beside=beside)
    return sold(request, goods, subject, body, media_type=media_type)


def goods_of(hazards: Sequence[Hazard]) -> Goods:
    """A unit each."""
    return Goods(len(hazards), tuple(hazard.id for hazard in hazards), _state(hazards))


def sold(
    request: Request,
    goods: Goods,
    subject: str,
    body: dict[str, Any] | Callable[[], bytes],
    *,
    media_type: str = MEDIA_TYPE,
    dated: bool = False,
) -> Response:
    """An answer that is on the buyer's account before it leaves.

    body: or what writes it, called only where it is sent; its cost is a header then. Where the
    buyer has this very answer (If-None-Match), he gets 304 and pays nothing. dated: it also says
    since when it has been this one, by which he may ask (If-Modified-Since). Raises Unaffordable.
    """
    headers = {"Cache-Control": "private, no-cache"}
    if request.method != "POST":
        around = _around(body) if isinstance(body, dict) else b""
        tag = headers["ETag"] = _tag(request, goods.state + around)
        since = unchanged_since(request.get_full_path(), tag) if dated else None
        if since is not None:
            headers["Last-Modified"] = http_date(since.timestamp())
        if _has(request, tag, since):
            return Response(status=304, headers=headers)
    units = {**goods.beside, Meter.HAZARD: goods.units}
    if request.method == "HEAD":  # its answer is empty
        units = {Meter.HAZARD: 0}
    cost = reserve_together(request, units)
    if isinstance(body, dict):
        body["cost"] = cost
    else:
        headers["X-Cost"] = written(cost).decode()
    try:
        _record(request, goods, units, subject)
    except OSError:
        for meter, count in units.items():
            give_back(request, meter, count)
        raise
    data = body if isinstance(body, dict) else body()
    return Response(data, headers=headers, content_type=media_type)


def estimate(
    request: Request,
    units: int,
    *,
    now: datetime,
    exact: bool = True,
    meter: Meter = Meter.HAZARD,
    beside: Mapping[Meter, int] = MappingProxyType({}),
) -> Response:
    """What a question would cost; free."""
    said = {"as_of": timestamp(now), **quote(request, meter, units, beside), "exact": exact}
    return Response(said, headers={"Cache-Control": "private, no-store"})


def estimate_counted(request: Request, count: Callable[..., int], *, now: datetime) -> Response:
    """The same of what has to be counted; count: ends at `most`, as its keyword."""
    units = count(most=MOST_COUNTED + 1)
    exact = units <= MOST_COUNTED
    return estimate(request, min(units, MOST_COUNTED), exact=exact, now=now)


def links_of(request: Request, after: str | None, *, mark: str = "after") -> list[dict[str, str]]:
    """`self`, and `next` where there is more after `after`, which the parameter `mark` takes."""
    links = [{"rel": "self", "href": request.build_absolute_uri()}]
    if after is not None:
        query = request.query_params.copy()
        query[mark] = after
        href = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        links.append({"rel": "next", "href": href})
    return links


def _record(request: Request, goods: Goods, units: Mapping[Meter, int], subject: str) -> None:
    now = timezone.now()
    records = [
        UsageRecord(
            key_id=buyer_of(request).key_id,
            meter=meter,
            quantity=count,
            at=now,
            request_id=request_id(request.META),
            subject=subject,
            hazards=goods.hazards,
        )
        for meter, count in units.items()
        if count
    ]
    if records:
        usage_record(*records)


def _has(request: Request, tag: str, since: datetime | None) -> bool:
    """Whether the buyer has the answer: by its tag, weak or not (RFC 9110, 13.1.2), or, only where
    he names none, by the time since when it has been this one (13.1.3)."""
    named = request.headers.get("If-None-Match")
    if named is None:
        at = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
        return since is not None and at is not None and since.timestamp() <= at
    known = parse_etags(named)
    return "*" in known or tag.removeprefix("W/") in {one.removeprefix("W/") for one in known}


def _tag(request: Request, state: bytes) -> str:
    """Of what was asked and what is told. Weak: `probability` and `as_of` go on with time."""
    digest = blake2b(request.get_full_path().encode(), digest_size=16)
    digest.update(state)
    return f'W/"{digest.hexdigest()}"'


def _around(body: Mapping[str, Any]) -> bytes:
    return written([body.get(name) for name in _AROUND])


def _state(hazards: Sequence[Hazard]) -> bytes:
    """The same as long as the same hazards fade by themselves."""
    return written(list(map(_LASTING, hazards)))
