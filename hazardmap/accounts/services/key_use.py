"""Letting an API key in."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from hazardmap.accounts.models import ApiKey
from hazardmap.accounts.refused import AccountsRefused
from hazardmap.core.access.key_limits import KeyLimits, origin_of
from hazardmap.core.access.scopes import Environment, Scope
from hazardmap.core.access.tokens import Use, parse_token
from hazardmap.platform.client_address import whole_address_in
from hazardmap.platform.cross_origin import only_for

NOTED_EVERY = timedelta(minutes=1)


class KeyRefused(AccountsRefused):
    """The key is good, but not from here."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """The API key behind a token and the organisation it belongs to. test: nothing is billed."""

    key_id: str
    organisation_id: UUID
    scopes: frozenset[Scope]
    test: bool
    is_authenticated: bool = True


def key_admit(*, token: str, meta: dict[str, Any]) -> Buyer | None:
    """Who asks with this token.

    meta: of the WSGI request; it says from where, and keeps which pages may read the answer.
    None if the key is wrong, revoked or expired. Raises KeyRefused where it may not be used from
    there. That it was used is written once a minute at most.
    """
    parts = parse_token(token, Use.API_KEY, Use.TEST_KEY)
    if parts is None:
        return None
    now = timezone.now()
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    row = ApiKey.objects.filter(live, kid=parts.kid, revoked_at__isnull=True).first()
    if row is None or not parts.matches(row.secret_sha256):
        return None
    address = whole_address_in(meta)
    origin = origin_of(meta.get("HTTP_ORIGIN"), meta.get("HTTP_REFERER"))
    limits = KeyLimits(tuple(row.allowed_origins), tuple(row.allowed_networks))
    if why := limits.refusal(origin, address):
        only_for(meta, None)
        raise KeyRefused(why)
    if limits.origins:
        only_for(meta, origin)
    if row.last_used_at is None or row.last_used_at <= now - NOTED_EVERY:
        ApiKey.objects.filter(kid=row.kid, last_used_at=row.last_used_at).update(
            last_used_at=now, last_used_from=None if address is None else str(address)
        )
    test = row.environment == Environment.TEST
    return Buyer(row.kid, row.organisation_id, frozenset(map(Scope, row.scopes)), test)
