"""Who calls: a device by its token, a buyer by an API key. Nothing else, no cookies."""

import base64
import binascii
from typing import Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from hazardmap.accounts.selectors import Contributor, contributor_by_token
from hazardmap.accounts.services import Buyer, KeyRefused, key_admit
from hazardmap.core.access.scopes import Scope
from hazardmap.platform import problem_types


def contributor_of(request: Request) -> Contributor:
    """The device that `DeviceToken` has let in."""
    return cast(Contributor, request.user)


def buyer_of(request: Request) -> Buyer:
    """The key that `BuyerKey` has let in."""
    return cast(Buyer, request.user)


class NotFromHere(PermissionDenied):
    kind = problem_types.NOT_FROM_HERE


class NoScope(PermissionDenied):
    kind = problem_types.NO_SCOPE


class OnlyForLiveKeys(PermissionDenied):
    """Refused rather than cut: half a map that looks whole would be wrong."""

    kind = problem_types.ONLY_FOR_LIVE_KEYS


class NotLicensed(PermissionDenied):
    """The owner of a device is asked on his pages; the device can only wait."""

    kind = problem_types.NOT_LICENSED
    default_detail = (
        "The licence of uploads has changed, or was never agreed to. Sign in on the site and agree "
        "to it there; keep the frame and send it again then."
    )


class _Bearer(BaseAuthentication):
    what = ""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="hazardmap"'

    def token(self, request: Request) -> str | None:
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def refuse(self) -> AuthenticationFailed:
        return AuthenticationFailed(f"The {self.what} is unknown, revoked or expired.")


class DeviceToken(_Bearer):
    """`Authorization: Bearer hm_dev_…`: may upload and read the account's own frames."""

    what = "device token (hm_dev_…)"

    def authenticate(self, request: Request) -> tuple[Contributor, None] | None:
        token = self.token(request)
        if token is None:
            return None
        contributor = contributor_by_token(token)
        if contributor is None:
            raise self.refuse()
        return contributor, None


class BuyerKey(_Bearer):
    """`Authorization: Bearer hm_key_…` (or hm_test_…): may do what its scopes say."""

    what = "API key (hm_key_… or hm_test_…)"

    def authenticate(self, request: Request) -> tuple[Buyer, None] | None:
        token = self.token(request)
        if token is None:
            return None
        try:
            buyer = key_admit(token=token, meta=request.META)
        except KeyRefused as why:
            raise NotFromHere(str(why)) from None
        if buyer is None:
            raise self.refuse()
        return buyer, None


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


class HasScope(BasePermission):
    """The key must have the `scope` of the view."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        scope: Scope = view.scope  # type: ignore[attr-defined]  # a BuyerView has one
        if scope not in buyer_of(request).scopes:
            raise NoScope(f"This key lacks the scope {scope}.")
        return True


# drf-spectacular finds these by their base class, and has no types for how it does.
class _BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class DeviceTokenScheme(_BearerScheme):  # type: ignore[no-untyped-call]
    target_class = DeviceToken
    name = "deviceToken"


class BuyerKeyScheme(_BearerScheme):  # type: ignore[no-untyped-call]
    target_class = BuyerKey
    name = "apiKey"
