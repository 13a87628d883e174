"""Buyers' tiles: who may have them, and what they are charged for."""

import os
import time
from datetime import UTC, datetime
from http import HTTPStatus
from random import getrandbits
from typing import Final

from django.conf import settings

from hazardmap.core.access.tile_token import TileToken, TokenState, token_state
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.services import usage_record
from hazardmap.platform.rate_limit import allow_here
from tiles.answer import Refused

TILES_PER_MINUTE = 12_000
# What a tile costs, in units; the TileJSON says what a unit costs. nginx says the same.
COST: Final = {"X-Cost": "meter=tile, units=1", "Access-Control-Expose-Headers": "X-Cost"}


def check_buyer(token: TileToken, layer: str) -> None:
    """Raises Refused unless this token opens the layer now."""
    found = token_state(token, layer, secrets=settings.TILE_SECRETS, now_s=time.time())
    if found is TokenState.FORGED:
        raise Refused(HTTPStatus.FORBIDDEN, "This address was not signed by us.")
    if found is TokenState.EXPIRED:
        raise Refused(HTTPStatus.GONE, "This address has expired: fetch the TileJSON again.")
    if os.path.exists(f"{settings.TILE_DENIED}/{token.kid}"):  # noqa: PTH110 - once per tile
        raise Refused(HTTPStatus.FORBIDDEN, "The key is revoked, expired or at its limit.")
    if not allow_here(f"tiles:{token.kid}", limit=TILES_PER_MINUTE, period_s=60):
        detail = f"More than {TILES_PER_MINUTE} tiles a minute with one key."
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, detail, Retry_After="60")


def meter(kid: str, subject: str) -> None:
    """One tile on the buyer's account. Raises OSError where that cannot be kept."""
    usage_record(
        UsageRecord(
            key_id=kid,
            meter=Meter.TILE,
            quantity=1,
            at=datetime.now(UTC),
            request_id=f"{getrandbits(128):032x}",  # must be new, and may be guessed
            subject=subject,
        )
    )
