"""Random secrets, each kept in a 0600 file of its own."""

import os
import secrets
from pathlib import Path


def secret(path: Path) -> str:
    """The secret in `path`; made (64 URL-safe characters) when the file is missing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    value = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w", encoding="ascii") as sink:
        sink.write(value)
    return value
