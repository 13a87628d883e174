"""What became of each message that a buyer's endpoints were sent."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.buyers import WebhookView, links_of, whose
from hazardmap.api.forms import Moment, form_of
from hazardmap.api.geojson import Cost, Link
from hazardmap.api.grammar import read_id
from hazardmap.api.idempotency import idempotent
from hazardmap.api.operations import operation
from hazardmap.api.parameters import Parameter, one_of, whole
from hazardmap.api.problems import Invalid
from hazardmap.api.spending import give_back, reserve
from hazardmap.core.seeing.georeference import Fault
from hazardmap.core.selling.usage import Meter
from hazardmap.platform.there import there
from hazardmap.webhooks import selectors, services
from hazardmap.webhooks.values import KEPT, KEPT_DAYS, DeliveryDetail

STATES: Final = ("waiting", "delivered", "dead")
PAGE: Final = (
    Parameter("state", one_of(*STATES), f"only those: {', '.join(STATES)}"),
    Parameter("limit", whole(1, 500), "1 to 500, default 100", int, 100),
    Parameter("before", read_id, "id of the last message of the page before"),
)


class Delivery(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="the header webhook-id, the same at every try")
    type = serializers.CharField(
        help_text="hazard.appeared, hazard.changed or hazard.gone; spending.alert; endpoint.test"
    )
    hazard_id = serializers.UUIDField(allow_null=True)
    cursor = serializers.IntegerField(allow_null=True, help_text="of the change feed")
    created_at = serializers.DateTimeField()
    state = serializers.ChoiceField(STATES)
    attempts = serializers.IntegerField()
    next_at = serializers.DateTimeField(help_text="not before that, while it waits")
    delivered_at = serializers.DateTimeField(allow_null=True)


class DeliveryList(serializers.Serializer[Any]):
    deliveries = Delivery(many=True)
    links = Link(many=True)


class Attempt(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True, help_text="null: nothing came back")
    said = serializers.CharField(help_text="the beginning of the answer, or why there is none")
    duration_ms = serializers.IntegerField()


class MessageCost(Cost):
    meter = serializers.ChoiceField([Meter.WEBHOOK.value])


class DeliveryWithTries(Delivery):
    body = serializers.CharField(help_text="as it is sent, byte for byte")
    tries = Attempt(many=True)
    cost = MessageCost(help_text="of this answer")


class ReplayRequest(serializers.Serializer[Any]):
    since = Moment(help_text=f"messages of this time or later, {KEPT_DAYS} days at most")


class ReplayAnswer(serializers.Serializer[Any]):
    messages = serializers.IntegerField(help_text="that are sent again")


class Deliveries(WebhookView):
    @operation("listDeliveries", PAGE, responses=DeliveryList)
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """The messages of an endpoint, newest first; they are kept for 30 days."""
        values = self.values
        mine = whose(request)
        there(selectors.endpoint_get(**mine, endpoint_id=endpoint_id))
        limit = values.pop("limit")
        found = selectors.deliveries_of(**mine, endpoint_id=endpoint_id, limit=limit + 1, **values)
        after = str(found[limit - 1].id) if len(found) > limit else None
        return Response(
            {
                "deliveries": Delivery(found[:limit], many=True).data,
                "links": links_of(request, after, mark="before"),
            }
        )


class DeadReplay(WebhookView):
    @operation("replayDeadDeliveries", request=ReplayRequest, responses=ReplayAnswer)
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send again what was given up since a time."""
        since: datetime = form_of(request, ReplayRequest)["since"]
        if since < timezone.now() - KEPT:
            raise Invalid([Fault("since", f"messages are kept for {KEPT_DAYS} days")])
        mine = whose(request)
        there(selectors.endpoint_get(**mine, endpoint_id=endpoint_id))
        number = services.dead_replay(**mine, endpoint_id=endpoint_id, since=since)
        return Response({"messages": number})


class DeliveryById(WebhookView):
    @operation("getDelivery", responses=DeliveryWithTries)
    def get(self, request: Request, delivery_id: UUID) -> Response:
        """One message, as it is sent, with every try.

        A message of the map is counted once (`webhook`): when it arrives, or when it is read here
        before. Reading it again is free.
        """
        found = there(selectors.delivery_get(**whose(request), delivery_id=delivery_id))
        cost = _sold(request, found)
        tries = Attempt(found.tries, many=True).data
        body = {"body": found.body, "tries": tries, "cost": cost | {"beside": {}}}
        return Response({**Delivery(found.info).data, **body})


class DeliveryReplay(WebhookView):
    @operation("replayDelivery", request=None, responses={204: None})
    @idempotent
    def post(self, request: Request, delivery_id: UUID) -> Response:
        """Send a message again, with the same id; free if it has arrived before.

        One that is being sent at this moment is left as it is.
        """
        mine = whose(request)
        if not services.delivery_replay(**mine, delivery_id=delivery_id):
            there(selectors.delivery_get(**mine, delivery_id=delivery_id))
        return Response(status=204)


def _sold(request: Request, message: DeliveryDetail) -> dict[str, Any]:
    """Its cost, on the account of whoever pays for its delivery. Raises Unaffordable."""
    units = int(message.owed and request.method != "HEAD")  # the answer to HEAD is empty
    cost = reserve(request, Meter.WEBHOOK, units, payer=message.key_id)
    if not units:
        return cost
    billed = False
    try:
        billed = services.delivery_bill(delivery_id=message.info.id)
    finally:
        if not billed:  # it failed, or somebody else was faster
            give_back(request, Meter.WEBHOOK, units, payer=message.key_id)
    return cost if billed else reserve(request, Meter.WEBHOOK, 0, payer=message.key_id)
