"""API keys of buyers."""

from dataclasses import dataclass, field

from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Organisation
from hazardmap.core.tokens import Use, new_token


@dataclass(frozen=True, slots=True)
class NewKey:
    """`token` is shown this once."""

    kid: str
    token: str = field(repr=False)


def key_create(*, organisation: Organisation, name: str) -> NewKey:
    token = new_token(Use.API_KEY)
    ApiKey.objects.create(
        kid=token.kid, secret_sha256=token.digest(), organisation=organisation, name=name[:100]
    )
    return NewKey(token.kid, token.reveal())


def key_revoke(*, kid: str) -> bool:
    """The key stops working: at once for the API, within ten seconds for tiles.

    False where there is no such key, or it was revoked before.
    """
    live = ApiKey.objects.filter(kid=kid, revoked_at__isnull=True)
    return live.update(revoked_at=timezone.now()) > 0
