"""What is told of passes and pictures instead of when exactly and by which name (docs/adr/0034)."""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import Final
from uuid import UUID

_ROUNDS: Final = (b"picture 0\n", b"picture 1\n", b"picture 2\n", b"picture 3\n")


def pass_name(secret: str, hazard_id: UUID, pass_id: UUID) -> UUID:
    """A pass by a hazard: always the same there, another by each other hazard.

    The id itself begins with a time, and is the same in the trails of all hazards of a drive.
    """
    said = f"pass\n{hazard_id}\n{pass_id}".encode()
    return UUID(bytes=hmac.digest(secret.encode(), said, sha256)[:16], version=4)


def picture_name(secret: str, frame_id: UUID) -> UUID:
    """What a picture is called in its address: its frame's id, enciphered.

    The id itself begins with the millisecond at which the frame came, and what somebody sends of
    several drives at once comes within seconds: ids told who drove where.
    """
    return _turned(secret, frame_id, _ROUNDS)


def frame_named(secret: str, name: UUID) -> UUID:
    """The frame whose picture has this name; of any other name no frame's."""
    return _turned(secret, name, reversed(_ROUNDS))


def _turned(secret: str, id_: UUID, rounds: Iterable[bytes]) -> UUID:
    """By a Feistel cipher (Luby and Rackoff 1988): with its rounds the other way round, back."""
    left, right = id_.bytes[:8], id_.bytes[8:]
    for number in rounds:
        pad = hmac.digest(secret.encode(), number + right, sha256)[:8]
        left, right = right, bytes(a ^ b for a, b in zip(left, pad, strict=True))
    return UUID(bytes=right + left)
