"""Where a buyer is told of changes: endpoints and their secrets."""

from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.authentication import buyer_of
from hazardmap.api.buyers import WebhookView, whose
from hazardmap.api.forms import Text, Whole, form_of
from hazardmap.api.idempotency import idempotent
from hazardmap.api.operations import operation
from hazardmap.api.problems import Invalid, InvalidParameter
from hazardmap.core.seeing.georeference import Fault
from hazardmap.platform.there import there
from hazardmap.webhooks import selectors, services
from hazardmap.webhooks.values import EndpointInfo, NewEndpoint, TooManyTests, WebhookRefused

MOST_OVERLAP_S: Final = 7 * 86_400


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
        allow_null=True,
        help_text="until then messages carry signatures by secrets before, too; null: by none",
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
        help_text="how long the secret until now stays valid beside the new one",
    )


class TestAnswer(serializers.Serializer[Any]):
    delivery_id = serializers.UUIDField()


class Endpoints(WebhookView):
    @operation("listEndpoints", responses=EndpointList)
    def get(self, request: Request) -> Response:
        """Where you are told of changes: what this key, or one it was rolled from, has added.

        All of your organisation's are in the portal.
        """
        found = selectors.endpoints_of(**whose(request))
        return Response({"endpoints": Endpoint(found, many=True).data})

    @operation("addEndpoint", request=EndpointRequest, responses={201: EndpointCreated})
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
    @operation("getEndpoint", responses=Endpoint)
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """One endpoint, and how it is doing."""
        return Response(Endpoint(_found(request, endpoint_id)).data)

    @operation("changeEndpoint", request=EndpointRequest, responses=Endpoint)
    def patch(self, request: Request, endpoint_id: UUID) -> Response:
        """Another address for an endpoint: its secret, watch areas and messages stay.

        What waits is sent there at once, unless it is paused or switched off.
        """
        url = form_of(request, EndpointRequest)["url"]
        try:
            there(services.endpoint_move(**whose(request), endpoint_id=endpoint_id, url=url))
        except WebhookRefused as refused:
            raise Invalid([Fault(refused.field, refused.rule)]) from refused
        return Response(Endpoint(_found(request, endpoint_id)).data)

    @operation("removeEndpoint", responses={204: None})
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        """Remove an endpoint with its watch areas and messages."""
        there(services.endpoint_remove(**whose(request), endpoint_id=endpoint_id))
        return Response(status=204)


class EndpointSecret(WebhookView):
    @operation("rollEndpointSecret", request=RollRequest, responses={200: EndpointCreated})
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """A new secret. For overlap_s messages carry two signatures, by the old one and by it.

        Where you roll again meanwhile, each old one signs until its own end: signatures are parted
        by spaces in `webhook-signature`, the newest first.
        """
        overlap_s = form_of(request, RollRequest)["overlap_s"]
        mine = whose(request)
        try:
            made = services.secret_roll(**mine, endpoint_id=endpoint_id, overlap_s=overlap_s)
        except WebhookRefused as refused:
            raise Invalid([Fault(refused.field, refused.rule)]) from refused
        return _created(request, there(made), 200)


class EndpointPause(WebhookView):
    @operation("pauseEndpoint", request=None, responses={204: None})
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send nothing until it is enabled; messages wait. One that is off stays as it is."""
        there(services.endpoint_pause(**whose(request), endpoint_id=endpoint_id))
        return Response(status=204)


class EndpointEnable(WebhookView):
    @operation("enableEndpoint", request=None, responses={204: None})
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send again at once what waits for an endpoint that was disabled, or is left alone.

        One whose key was revoked stays off: add it again with another key.
        """
        try:
            there(services.endpoint_enable(**whose(request), endpoint_id=endpoint_id))
        except WebhookRefused as refused:
            raise InvalidParameter([Fault(refused.field, refused.rule)]) from refused
        return Response(status=204)


class EndpointTest(WebhookView):
    @operation("testEndpoint", request=None, responses={202: TestAnswer})
    @idempotent
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send a message of the type endpoint.test; it is free, 60 times an hour."""
        try:
            made = services.endpoint_test(**whose(request), endpoint_id=endpoint_id)
        except TooManyTests as refused:
            raise Throttled(wait=refused.wait_s) from refused
        return Response({"delivery_id": str(there(made))}, status=202)


def _found(request: Request, endpoint_id: UUID) -> EndpointInfo:
    return there(selectors.endpoint_get(**whose(request), endpoint_id=endpoint_id))


def _created(request: Request, made: NewEndpoint, status: int) -> Response:
    """The endpoint, with its secret this once."""
    headers = {"Cache-Control": "no-store"}
    if status == HTTPStatus.CREATED:
        headers["Location"] = request.build_absolute_uri(reverse("webhook", args=[made.id]))
    body = {**Endpoint(_found(request, made.id)).data, "secret": made.secret}
    return Response(body, status=status, headers=headers)
