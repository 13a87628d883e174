"""Where a buyer is told of changes: endpoints, their secrets, and what became of each message."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.authentication import buyer_of
from hazardmap.api.buyers import WebhookView, links_of
from hazardmap.api.forms import Text, Whole, form_of
from hazardmap.api.geojson import Link
from hazardmap.api.grammar import read_id
from hazardmap.api.idempotency import idempotent
from hazardmap.api.parameters import Parameter, described, one_of, read, whole
from hazardmap.api.problems import Invalid
from hazardmap.core.georeference import Fault
from hazardmap.webhooks import selectors, services
from hazardmap.webhooks.values import EndpointInfo, NewEndpoint, TooManyTests, WebhookRefused

STATES: Final = ("waiting", "delivered", "dead")
PAGE: Final = (
    Parameter("state", one_of(*STATES), f"only those: {', '.join(STATES)}"),
    Parameter("limit", whole(1, 500), "1 to 500, default 100", int, 100),
    Parameter("before", read_id, "id of the last message of the page before"),
)
MOST_OVERLAP_S: Final = 7 * 86_400
LONGEST_REPLAY: Final = timedelta(days=30)


class EndpointRequest(serializers.Serializer[Any]):
    url = Text(max_length=500, help_text="https, on the public internet")


class Endpoint(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    created_at = serializers.DateTimeField()
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_why = serializers.CharField()
    failures = serializers.IntegerField(help_text="in a row; from 5 on it is tried more rarely")
    retry_at = serializers.DateTimeField(allow_null=True, help_text="left alone until then")
    older_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="until then messages carry a signature by the secret before, too"
    )
    waiting = serializers.IntegerField(help_text="messages still to be delivered")
    dead = serializers.IntegerField(help_text="messages given up after ten tries")


class EndpointCreated(Endpoint):
    secret = serializers.CharField(help_text="checks signatures (Standard Webhooks); keep it")


class EndpointList(serializers.Serializer[Any]):
    endpoints = Endpoint(many=True)


class RollRequest(serializers.Serializer[Any]):
    overlap_s = Whole(
        min_value=0,
        max_value=MOST_OVERLAP_S,
        default=86_400,
        help_text="how long the secret before stays valid beside the new one",
    )


class ReplayRequest(serializers.Serializer[Any]):
    since = serializers.DateTimeField(help_text="messages of this time or later, 30 days at most")


class ReplayAnswer(serializers.Serializer[Any]):
    messages = serializers.IntegerField(help_text="that are sent again")


class TestAnswer(serializers.Serializer[Any]):
    delivery_id = serializers.UUIDField()


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


class DeliveryWithTries(Delivery):
    body = serializers.CharField(help_text="as it is sent, byte for byte")
    tries = Attempt(many=True)


class Endpoints(WebhookView):
    @extend_schema(operation_id="listEndpoints", responses=EndpointList)
    def get(self, request: Request) -> Response:
        """Where your organisation is told of changes."""
        read(request.query_params, ())
        found = selectors.endpoints_of(buyer_of(request).organisation_id)
        return Response({"endpoints": Endpoint(found, many=True).data})

    @extend_schema(
        operation_id="addEndpoint", request=EndpointRequest, responses={201: EndpointCreated}
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Be told at an address; what of is said by watch areas.

        One that a test key adds gets messages of the type endpoint.test only: they prove signature
        and receiver. It is told nothing of the map, and its watch areas cost nothing.
        """
        buyer, url = buyer_of(request), form_of(request, EndpointRequest)["url"]
        try:
            made = services.endpoint_add(
                organisation_id=buyer.organisation_id, key_id=buyer.key_id, url=url
            )
        except WebhookRefused as refused:
            raise Invalid([Fault(refused.field, refused.rule)]) from refused
        return _created(request, made, 201)


class EndpointById(WebhookView):
    @extend_schema(operation_id="getEndpoint", responses=Endpoint)
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """One endpoint, and how it is doing."""
        read(request.query_params, ())
        return Response(Endpoint(_found(request, endpoint_id)).data)

    @extend_schema(operation_id="changeEndpoint", request=EndpointRequest, responses=Endpoint)
    def patch(self, request: Request, endpoint_id: UUID) -> Response:
        """Another address for an endpoint: its secret, watch areas and messages stay.

        What waits is sent there at once, unless it is paused or switched off.
        """
        url = form_of(request, EndpointRequest)["url"]
        try:
            _must(services.endpoint_move(**_mine(request), endpoint_id=endpoint_id, url=url))
        except WebhookRefused as refused:
            raise Invalid([Fault(refused.field, refused.rule)]) from refused
        return Response(Endpoint(_found(request, endpoint_id)).data)

    @extend_schema(operation_id="removeEndpoint", responses={204: None})
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        """Remove an endpoint with its watch areas and messages."""
        read(request.query_params, ())
        _must(services.endpoint_remove(**_mine(request), endpoint_id=endpoint_id))
        return Response(status=204)


class EndpointSecret(WebhookView):
    @extend_schema(
        operation_id="rollEndpointSecret", request=RollRequest, responses={200: EndpointCreated}
    )
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """A new secret. For overlap_s messages carry two signatures, by the old one and by it."""
        overlap_s = form_of(request, RollRequest)["overlap_s"]
        made = services.secret_roll(**_mine(request), endpoint_id=endpoint_id, overlap_s=overlap_s)
        if made is None:
            raise Http404
        return _created(request, made, 200)


class EndpointPause(WebhookView):
    @extend_schema(operation_id="pauseEndpoint", request=None, responses={204: None})
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send nothing until it is enabled; messages wait. One that is off stays as it is."""
        read(request.query_params, ())
        _must(services.endpoint_pause(**_mine(request), endpoint_id=endpoint_id))
        return Response(status=204)


class EndpointEnable(WebhookView):
    @extend_schema(operation_id="enableEndpoint", request=None, responses={204: None})
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send again at once what waits for an endpoint that was disabled, or is left alone.

        One whose key was revoked stays off: add it again with another key.
        """
        read(request.query_params, ())
        try:
            _must(services.endpoint_enable(**_mine(request), endpoint_id=endpoint_id))
        except WebhookRefused as refused:
            raise Invalid([Fault(refused.field, refused.rule)]) from refused
        return Response(status=204)


class EndpointTest(WebhookView):
    @extend_schema(operation_id="testEndpoint", request=None, responses={202: TestAnswer})
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send a message of the type endpoint.test; it is free, 60 times an hour."""
        read(request.query_params, ())
        try:
            made = services.endpoint_test(**_mine(request), endpoint_id=endpoint_id)
        except TooManyTests as refused:
            raise Throttled(wait=refused.wait_s) from refused
        if made is None:
            raise Http404
        return Response({"delivery_id": str(made)}, status=202)


class Deliveries(WebhookView):
    @extend_schema(
        operation_id="listDeliveries", parameters=described(PAGE), responses=DeliveryList
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """The messages of an endpoint, newest first; they are kept for 30 days."""
        values = read(request.query_params, PAGE)
        mine = buyer_of(request).organisation_id
        if selectors.endpoint_get(mine, endpoint_id) is None:
            raise Http404
        limit = values.pop("limit")
        found = selectors.deliveries_of(mine, endpoint_id, limit=limit + 1, **values)
        after = str(found[limit - 1].id) if len(found) > limit else None
        return Response(
            {
                "deliveries": Delivery(found[:limit], many=True).data,
                "links": links_of(request, after, mark="before"),
            }
        )


class DeadReplay(WebhookView):
    @extend_schema(
        operation_id="replayDeadDeliveries", request=ReplayRequest, responses=ReplayAnswer
    )
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send again what was given up since a time."""
        since: datetime = form_of(request, ReplayRequest)["since"]
        if since < timezone.now() - LONGEST_REPLAY:
            raise Invalid([Fault("since", "messages are kept for 30 days")])
        mine = _mine(request)
        if selectors.endpoint_get(mine["organisation_id"], endpoint_id) is None:
            raise Http404
        number = services.dead_replay(**mine, endpoint_id=endpoint_id, since=since)
        return Response({"messages": number})


class DeliveryById(WebhookView):
    @extend_schema(operation_id="getDelivery", responses=DeliveryWithTries)
    def get(self, request: Request, delivery_id: UUID) -> Response:
        """One message, as it was sent, with every try."""
        read(request.query_params, ())
        found = selectors.delivery_get(buyer_of(request).organisation_id, delivery_id)
        if found is None:
            raise Http404
        tries = Attempt(found.tries, many=True).data
        return Response({**Delivery(found.info).data, "body": found.body, "tries": tries})


class DeliveryReplay(WebhookView):
    @extend_schema(operation_id="replayDelivery", request=None, responses={204: None})
    @idempotent
    def post(self, request: Request, delivery_id: UUID) -> Response:
        """Send a message again, with the same id; free if it has arrived before."""
        read(request.query_params, ())
        _must(services.delivery_replay(**_mine(request), delivery_id=delivery_id))
        return Response(status=204)


def _mine(request: Request) -> dict[str, UUID]:
    return {"organisation_id": buyer_of(request).organisation_id}


def _found(request: Request, endpoint_id: UUID) -> EndpointInfo:
    found = selectors.endpoint_get(buyer_of(request).organisation_id, endpoint_id)
    if found is None:
        raise Http404
    return found


def _must(found: bool) -> None:
    if not found:
        raise Http404


def _created(request: Request, made: NewEndpoint, status: int) -> Response:
    """The endpoint, with its secret this once."""
    headers = {"Cache-Control": "no-store"}
    if status == HTTPStatus.CREATED:
        headers["Location"] = request.build_absolute_uri(reverse("webhook", args=[made.id]))
    body = {**Endpoint(_found(request, made.id)).data, "secret": made.secret}
    return Response(body, status=status, headers=headers)
