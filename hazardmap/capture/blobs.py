"""Where a frame's bytes lie in the blob storage."""

from uuid import UUID

ORIGINALS = "originals"
STORED = "frames"


def original_path(frame_id: UUID, sha256: bytes) -> str:
    """The bytes as received, by their hash; the frame id keeps two accounts' copies apart."""
    name = sha256.hex()
    return f"{ORIGINALS}/{name[:2]}/{name}-{frame_id}"


def stored_path(frame_id: UUID) -> str:
    """The blurred copy. Ids start with the time, so the folder is taken from their end."""
    return f"{STORED}/{frame_id.hex[-2:]}/{frame_id}.jpg"
