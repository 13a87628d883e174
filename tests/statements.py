"""What a contributor's statement says."""

import json
from typing import Any

from hazardmap.rewards.statement_text import statement_text


def read(witness: int) -> dict[str, Any]:
    document: dict[str, Any] = json.loads("".join(statement_text(witness)))
    return document
