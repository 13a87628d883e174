"""What an API key may do, and for whom it counts."""

from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """Each endpoint asks for one of these."""

    HAZARDS = "hazards:read"
    TILES = "tiles:read"
    EXPORTS = "exports:read"
    WEBHOOKS = "webhooks:manage"


SCOPE_WORDS: Final[dict[Scope, str]] = {
    Scope.HAZARDS: "ask for hazards, their history, work zones and coverage",
    Scope.TILES: "vector tiles of one's own, metered",
    Scope.EXPORTS: "export whole areas",
    Scope.WEBHOOKS: "manage watch areas and webhooks",
}


class Environment(StrEnum):
    """Usage of a test key is shown, never billed, and bounded."""

    LIVE = "live"
    TEST = "test"
