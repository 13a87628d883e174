"""Who may read features: a buyer by his key, sent in one of the ways that GIS programs know."""

import base64
import binascii
from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import get_authorization_header
from rest_framework.request import Request

from hazardmap.api.authentication import BuyerKey
from hazardmap.api.buyers import BuyerView
from hazardmap.api.limits import LimitedView
from hazardmap.platform.client_address import client_address

FREE: Final = frozenset({"coverage"})


class BuyerKeyOrPassword(BuyerKey):
    """As `BuyerKey`; or HTTP Basic with the key for a password and anything for a name."""

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="hazardmap", charset="UTF-8"'

    def token(self, request: Request) -> str | None:
        scheme, _, coded = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "basic":
            return super().token(request)
        try:
            pair = base64.b64decode(coded, validate=True).decode()
        except (binascii.Error, ValueError):
            return ""  # which is no key
        return pair.partition(":")[2].strip()


# drf-spectacular has no types for what it does when a scheme is defined.
class BuyerKeyOrPasswordScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = BuyerKeyOrPassword
    name = "apiKeyOrPassword"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "basic"}


class FeaturesView(BuyerView):
    authentication_classes = (BuyerKeyOrPassword,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if kwargs["collection_id"] in FREE:
            self.meter = None
        super().initial(request, *args, **kwargs)


class DescriptionView(LimitedView):
    """What anybody may read: what there is, and how to ask for it."""

    authentication_classes = ()
    permission_classes = ()
    quota = 120

    def bucket(self, request: Request) -> str:
        return f"ogc:{client_address(request._request)}"
