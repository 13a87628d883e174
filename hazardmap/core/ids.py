"""Identifiers that sort by time and can be derived again: UUIDv7 from a time and a hash.

A derived id makes a retry or a replay land on the row that is already there.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

_MILLIS = 2**48
_MILLISECOND = timedelta(milliseconds=1)


def uuid7(at: datetime, entropy: bytes) -> UUID:
    """UUIDv7 (RFC 9562, section 5.7) of a time and at least 10 bytes that make it unique.

    at: aware, 1970 or later; kept to the millisecond. The same arguments give the same id.
    Raises ValueError on a naive time, a time before 1970, or too few bytes.
    """
    if at.tzinfo is None:
        raise ValueError("the time of an id needs a time zone")
    millis = (at - datetime(1970, 1, 1, tzinfo=UTC)) // _MILLISECOND
    if millis < 0:
        raise ValueError("the time of an id lies before 1970")
    return _pack(millis, entropy)


def child_id(parent: UUID, *parts: str) -> UUID:
    """Id of something that belongs to `parent`: its timestamp, and a hash of parent and parts.

    parent: a UUIDv7 (of another version, its first 48 bits are taken as they are).
    """
    name = parent.bytes + b"".join(len(p.encode()).to_bytes(4) + p.encode() for p in parts)
    return _pack(parent.int >> 80, sha256(name).digest())


def id_or_none(text: str) -> UUID | None:
    """The id that somebody wrote; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _pack(millis: int, entropy: bytes) -> UUID:
    if len(entropy) < 10:
        raise ValueError("an id needs at least 10 bytes of entropy")
    value = (millis % _MILLIS) << 80 | int.from_bytes(entropy[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
