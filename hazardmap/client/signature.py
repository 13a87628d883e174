"""Whether a message comes from whom it says, and now (Standard Webhooks)."""

import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, cast

from .told_shapes import Message

_TOLERANCE_S: Final = 300.0
_VERSION: Final = "v1"


class NotGenuine(ValueError):
    """Not signed with this secret, changed on the way, or too old."""


def verify(
    secret: str,
    headers: Mapping[str, str],
    body: bytes | str,
    *,
    tolerance_s: float = _TOLERANCE_S,
) -> Message:
    """The message in a request. body: as it came, byte for byte. Raises NotGenuine.

    What has come before (by its header `webhook-id`) is for the receiver to know.
    """
    told = {name.lower(): value for name, value in headers.items()}
    id_, stamp, signatures = (
        _header(told, f"webhook-{name}") for name in ("id", "timestamp", "signature")
    )
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 20):
        raise NotGenuine("webhook-timestamp is no number of seconds")
    if abs(time.time() - int(stamp)) > tolerance_s:
        raise NotGenuine(f"webhook-timestamp is not within {tolerance_s:g} s of now")
    sent = body.encode() if isinstance(body, str) else body
    key = b64decode(secret.removeprefix("whsec_"))
    expected = b64encode(hmac.digest(key, f"{id_}.{stamp}.".encode() + sent, sha256))
    for one in signatures.split():
        version, _, signature = one.partition(",")
        if version == _VERSION and hmac.compare_digest(expected, signature.encode()):
            return cast(Message, json.loads(sent))
    raise NotGenuine("webhook-signature is not by this secret over this body")


def _header(told: Mapping[str, str], name: str) -> str:
    if name not in told:
        raise NotGenuine(f"there is no header {name}")
    return told[name]
