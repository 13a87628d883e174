"""A chain of digests over a list that only grows: whoever knows its head can tell any change."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID


def begun(id_: UUID) -> str:
    """The head of an empty chain about something: SHA-256 of its id as text, in hexadecimal."""
    return sha256(str(id_).encode()).hexdigest()


def linked(head: str, item: Mapping[str, Any]) -> str:
    """The head after an item: SHA-256 of the head before, a line end, and the item as JSON.

    The JSON has sorted names, no spaces, and no characters beyond ASCII. Numbers are written as
    Python and JavaScript write them: the fewest digits that tell them apart.
    """
    text = json.dumps(item, sort_keys=True, separators=(",", ":"))
    return sha256(f"{head}\n{text}".encode()).hexdigest()
