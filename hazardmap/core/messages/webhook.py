"""Webhooks as Standard Webhooks 1.0.0 has them: signature, schedule, what an answer means.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from hazardmap.core.messages.public_address import is_address, is_public

MAX_URL_LENGTH: Final = 500
SCHEDULE_S: Final = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""The pause before each try; whoever has missed them all is not tried again by itself."""
LONGEST_WAIT_S: Final = 86_400
TRIPS_AT: Final = 5
"""So many failures in a row, and a receiver is tried with one message at a time."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 30, 3600


class Outcome(StrEnum):
    DELIVERED = "delivered"
    FAILED = "failed"
    UNWANTED = "unwanted"


def secret(master: str, endpoint: str, version: int) -> bytes:
    """The signing secret of a receiver, 32 bytes: derived, so that no database holds it."""
    return hmac.digest(master.encode(), f"webhook\n{endpoint}\n{version}".encode(), sha256)


def shown(key: bytes) -> str:
    """A secret as its owner keeps it."""
    return f"whsec_{b64encode(key).decode()}"


def headers(keys: list[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of one try; one signature for each secret that is valid, newest first."""
    stamp = str(int(at.timestamp()))
    signed = f"{message_id}.{stamp}.".encode() + body
    signatures = (b64encode(hmac.digest(key, signed, sha256)).decode() for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }


def outcome(status: int | None) -> Outcome:
    """status: of the answer, None where there was none. Redirects are failures."""
    if status is not None and 200 <= status < 300:
        return Outcome.DELIVERED
    return Outcome.UNWANTED if status == 410 else Outcome.FAILED


def next_try(attempts: int, now: datetime, wait_s: int | None = None) -> datetime | None:
    """When to try again after so many tries; None: not any more.

    wait_s: what the receiver asked for (Retry-After); it is honoured up to a day.
    """
    if attempts >= len(SCHEDULE_S):
        return None
    pause_s = max(SCHEDULE_S[attempts], min(wait_s or 0, LONGEST_WAIT_S))
    return now + timedelta(seconds=pause_s)


def pause_s(failures: int) -> int:
    """How long a receiver is left alone after so many failures in a row."""
    if failures < TRIPS_AT:
        return 0
    return min(_FIRST_PAUSE_S << min(failures - TRIPS_AT, 20), _LONGEST_PAUSE_S)


def address_rule(url: str, *, plain: bool = False) -> str | None:
    """Why no message can be sent to this address; None if it can.

    plain: http is allowed, and addresses of private networks. Where a name leads is another
    question, asked whenever something is sent.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is no address"
    host = parts.hostname or ""
    printable = url.isascii() and not any(letter <= " " for letter in url)
    schemes = {"https", "http"} if plain else {"https"}
    broken = {
        f"must be at most {MAX_URL_LENGTH} printable ASCII letters": (
            len(url) > MAX_URL_LENGTH or not printable
        ),
        "must start with https://": parts.scheme not in schemes,
        "must name a host": not host or port == 0,
        "must lie on the public internet": (not plain and is_address(host) and not is_public(host)),
        "must have no user name and no password": (parts.username, parts.password) != (None, None),
        "must have no fragment": bool(parts.fragment),
    }
    return next((rule for rule, is_broken in broken.items() if is_broken), None)
