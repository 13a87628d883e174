"""A hazard as fusion leaves it and as every reader gets it, and the event that tells of a change.

`Hazard` is the one truth behind tiles, API, feeds and pages (docs/adr/0003-hazard-event.md).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


class State(StrEnum):
    """Life of a hazard. Candidate and later states up to fading are live; the last two are over."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    FADING = "fading"
    CLEARED = "cleared"
    EXPIRED = "expired"


LIVE: frozenset[State] = frozenset({State.CANDIDATE, State.ACTIVE, State.FADING})
LIVE_STATES: Final = sorted(state.value for state in LIVE)


class Change(StrEnum):
    """What happened to a hazard. REMOVED covers cleared, expired, merged and rejected."""

    APPEARED = "appeared"
    CHANGED = "changed"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one pass said about one hazard: the trail behind a probability.

    pass_id: derived from device and first frame. seen: reported, or looked at and not reported.
    log2_ratio: bits for (> 0) or against (< 0) the hazard after trust. frames: how many counted.
    best_observation: id of the best report, None for a pass against. visibility: probability
    that this pass would have reported the hazard were it there, 0..1. p_before: as the map told it
    just before, faded to that time; of the first pass, what was assumed of the spot. real:
    probability after it that the hazard was no mistake, gone by now or not (Belief.real). Both are
    None in rows from before they were noted. checked: our own detector reported it or looked, in a
    frame that passes the gate; else it is a device's word (docs/adr/0042-own-eyes.md).
    """

    pass_id: UUID
    witness: int
    device_id: UUID
    first_at: datetime
    last_at: datetime
    seen: bool
    score: float | None
    visibility: float
    log2_ratio: float
    frames: int
    observations: tuple[UUID, ...]
    best_observation: UUID | None
    p_after: float
    p_before: float | None = None
    real: float | None = None
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Hazard:
    """One thing on the road.

    Its probability at time t is p * 2 ** (-(t - t_ref) / half_life_s) for t >= t_ref.
    phantom: probability that something harmless at this spot keeps looking like the hazard.
    cov_*: covariance of the position, square metres, east and north. radius_m: 95 % radius.
    passes: how many passes reported it; witnesses: by how many different witnesses, which count as
    one together while our own detector has seen it in no frame of theirs.
    published: p >= 0.5 at t_ref and two witnesses, or a moderator's word.
    confirmed: a moderator has confirmed it. simulated: at least one frame behind it was rendered
    or carries a made-up position. expires_at: when it is taken off the map if nobody looks again.
    """

    id: UUID
    kind: str
    state: State
    lon: float
    lat: float
    cov_ee_m2: float
    cov_en_m2: float
    cov_nn_m2: float
    radius_m: float
    p: float
    t_ref: datetime
    half_life_s: float
    phantom: float
    severity: int
    first_seen: datetime
    last_seen: datetime
    passes: int
    witnesses: int
    published: bool
    confirmed: bool
    simulated: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class HazardEvent:
    """One line of the change feed: complete, ordered by `cursor`, never rewritten.

    merged_into: the hazard that this one, removed, proved to be one with: that has its evidence.
    """

    cursor: int
    change: Change
    at: datetime
    hazard: Hazard
    merged_into: UUID | None = None
