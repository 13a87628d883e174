"""Path tokens of buyers' tiles: `{kid}/{exp}/{sig}`, checked alike by us and by nginx.

sig: four characters that name the secret, then MD5 of `secret kid/exp/layer secret` (without
spaces) in URL-safe base64, the one hash that nginx's secure_link knows; why that is enough here
stands in docs/adr/0015-tile-tokens.md. The signature covers key, expiry and layer, so one token
opens all tiles of one layer.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from hashlib import md5, sha256

from hazardmap.core.full_times import day_of

LIFE_DAYS = 7


class TokenState(Enum):
    GOOD = "good"
    FORGED = "forged"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class TileToken:
    """What a path says. kid: the API key's public id. expires: Unix seconds."""

    kid: str
    expires: int
    signature: str

    def path(self) -> str:
        return f"{self.kid}/{self.expires}/{self.signature}"


def secret_name(secret: str) -> str:
    """Four characters that tell secrets apart and nothing about them."""
    return sha256(secret.encode()).hexdigest()[:4]


def signed(kid: str, layer: str, *, secret: str, now: datetime) -> TileToken:
    """A token for a layer, good for 7 to 8 days: the same one all day (UTC)."""
    expires = int((day_of(now) + timedelta(days=LIFE_DAYS + 1)).timestamp())
    return TileToken(kid, expires, secret_name(secret) + _digest(kid, expires, layer, secret))


def token_state(
    token: TileToken, layer: str, *, secrets: Sequence[str], now_s: float
) -> TokenState:
    """Whether one of the secrets has signed this, and whether it is still good."""
    for secret in secrets:
        expected = secret_name(secret) + _digest(token.kid, token.expires, layer, secret)
        if hmac.compare_digest(expected.encode(), token.signature.encode()):
            return TokenState.EXPIRED if token.expires < now_s else TokenState.GOOD
    return TokenState.FORGED


def _digest(kid: str, expires: int, layer: str, secret: str) -> str:
    text = f"{secret}{kid}/{expires}/{layer}{secret}"
    return urlsafe_b64encode(md5(text.encode(), usedforsecurity=False).digest()).decode()[:22]
