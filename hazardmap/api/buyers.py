"""What all answers to buyers have in common: who asks, what it costs, how it is paged."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hazardmap.api.authentication import BuyerKey, buyer_of
from hazardmap.api.geojson import MEDIA_TYPE
from hazardmap.core.hazard import Hazard
from hazardmap.core.usage import Meter, UsageRecord
from hazardmap.metering.services import usage_record
from hazardmap.platform.ids import new_id


class BuyerView(APIView):
    authentication_classes = (BuyerKey,)


def metered(
    request: Request, hazards: Sequence[Hazard], subject: str, body: dict[str, Any]
) -> Response:
    """An answer whose hazards are on the buyer's account before it leaves."""
    request_id = str(new_id())
    if hazards and request.method != "HEAD":  # the answer to HEAD is empty
        usage_record(
            UsageRecord(
                key_id=buyer_of(request).key_id,
                meter=Meter.HAZARD,
                quantity=len(hazards),
                at=timezone.now(),
                request_id=request_id,
                subject=subject,
                hazards=tuple(hazard.id for hazard in hazards),
            )
        )
    headers = {"X-Request-Id": request_id, "Cache-Control": "private, no-store"}
    return Response(body, headers=headers, content_type=MEDIA_TYPE)


def links_of(request: Request, after: str | None) -> list[dict[str, str]]:
    """`self`, and `next` where there is more after the mark `after`."""
    links = [{"rel": "self", "href": request.build_absolute_uri()}]
    if after is not None:
        query = request.query_params.copy()
        query["after"] = after
        href = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        links.append({"rel": "next", "href": href})
    return links
