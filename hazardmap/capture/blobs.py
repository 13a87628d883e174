"""Where a frame's bytes lie in the blob storage."""

from pathlib import Path
from uuid import UUID

from django.core.files.storage import default_storage

from hazardmap.core.ids import id_or_none
from hazardmap.platform import disk

ORIGINALS = "originals"
STORED = "frames"


def original_path(frame_id: UUID, sha256: bytes) -> str:
    """The bytes as received, by their hash; the frame id keeps two accounts' copies apart."""
    name = sha256.hex()
    return f"{ORIGINALS}/{name[:2]}/{name}-{frame_id}"


def stored_path(frame_id: UUID) -> str:
    """The blurred copy. Ids start with the time, so the folder is taken from their end."""
    return f"{STORED}/{frame_id.hex[-2:]}/{frame_id}.jpg"


def frame_of(path: str) -> UUID | None:
    """Whose blurred copy this is; None where the name is not one of ours."""
    return id_or_none(Path(path).stem)


def free_bytes() -> int:
    """What the disk of the blobs has left."""
    return disk.free_bytes(Path(default_storage.path("")))
