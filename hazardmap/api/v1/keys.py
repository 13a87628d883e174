"""A place for whoever has found somebody's API key: secret scanners, and people."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.accounts.services import key_report_leaked
from hazardmap.api.forms import Text, form_of
from hazardmap.api.idempotency import idempotent
from hazardmap.api.operations import OperationView, operation
from hazardmap.platform.client_address import client_address

MOST_TOKENS: Final = 100
MAX_BYTES: Final = 20_000


class FoundKeys(serializers.Serializer[Any]):
    tokens = serializers.ListField(
        child=Text(max_length=100),
        min_length=1,
        max_length=MOST_TOKENS,
        help_text="whole keys, as they were found",
    )


class RevokedKeys(serializers.Serializer[Any]):
    revoked = serializers.ListField(
        child=serializers.CharField(), help_text="the public ids of those that were keys of ours"
    )


class LeakedKeys(OperationView):
    permission_classes = ()
    quota = 30

    def bucket(self, request: Request) -> str:
        return f"leaked:{client_address(request)}"

    @operation("reportLeakedKeys", request=FoundKeys, responses=RevokedKeys, auth=[])
    @idempotent
    def post(self, request: Request) -> Response:
        """Revoke API keys that have become public. Only a whole key proves that it was found."""
        tokens = form_of(request, FoundKeys, MAX_BYTES)["tokens"]
        kids = (key_report_leaked(token=token) for token in tokens)
        return Response({"revoked": sorted({kid for kid in kids if kid})})
