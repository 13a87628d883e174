"""What is told of passes and pictures instead of when exactly and by which name (docs/adr/0034)."""

import hmac
from hashlib import sha256
from uuid import UUID


def pass_name(secret: str, hazard_id: UUID, pass_id: UUID) -> UUID:
    """A pass by a hazard: always the same there, another by each other hazard.

    The id itself begins with a time, and is the same in the trails of all hazards of a drive.
    """
    said = f"pass\n{hazard_id}\n{pass_id}".encode()
    return UUID(bytes=hmac.digest(secret.encode(), said, sha256)[:16], version=4)
