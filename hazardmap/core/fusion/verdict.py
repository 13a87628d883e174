"""A person's word about a hazard, as fusion reads it: a moderator's decision, or a vote."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


class Ruling(StrEnum):
    """What somebody said. What was taken back is not passed to fusion any more.

    The first three are a moderator's and settle the matter; STANDS and GONE are votes of people
    who pass by, and weak evidence (docs/adr/0025-votes.md).
    """

    CONFIRM = "confirm"
    REJECT = "reject"
    RELABEL = "relabel"
    STANDS = "stands"
    GONE = "gone"


MODERATORS: Final = (Ruling.CONFIRM, Ruling.REJECT, Ruling.RELABEL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision and the observations that it was about.

    It follows the hazard by `observation_ids` through replays. at: aware, when it was decided.
    lon, lat: where the hazard was shown. kind: the new kind for a relabel, otherwise the kind
    that was judged. witness: of a vote, the account behind it, in the numbers that its cameras'
    views have.
    """

    id: UUID
    at: datetime
    decision: Ruling
    lon: float
    lat: float
    kind: str
    observation_ids: frozenset[UUID]
    witness: int = 0
