"""A moderator's word about a hazard, as fusion reads it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Decision(StrEnum):
    """What a moderator decided. An undone decision is not passed to fusion any more."""

    CONFIRM = "confirm"
    REJECT = "reject"
    RELABEL = "relabel"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision and the observations that it was about.

    It follows the hazard by `observation_ids` through replays. at: aware, when it was decided.
    lon, lat: where the hazard was shown. kind: the new kind for a relabel, otherwise the kind
    that was judged.
    """

    id: UUID
    at: datetime
    decision: Decision
    lon: float
    lat: float
    kind: str
    observation_ids: frozenset[UUID]
