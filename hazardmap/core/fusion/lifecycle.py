"""The life of a hazard: candidate → active → fading → cleared | expired, with hysteresis."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hazardmap.core.fusion.hazard import LIVE, Hazard, State
from hazardmap.core.fusion.persistence import seconds_until


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities at which a hazard changes its state; expire < clear < show < fade < publish.

    show: from here on a candidate is on the map, until it falls below `expire`. witnesses: how many
    different accounts publish, and how many clear.
    """

    publish: float = 0.5
    fade: float = 0.35
    clear: float = 0.1
    expire: float = 0.05
    show: float = 0.15
    witnesses: int = 2


def is_published(p: float, witnesses: int, confirmed: bool, limits: Thresholds) -> bool:
    """Whether a hazard is on the public map as more than "unconfirmed"."""
    return confirmed or (p >= limits.publish and witnesses >= limits.witnesses)


def next_state(state: State, p: float, published: bool, limits: Thresholds) -> State:
    """State after an evaluation that left probability p and did not clear the hazard.

    Only evidence moves a hazard to fading or back; its decay between evaluations shows in its
    probability, which every reader computes himself.
    """
    if published and p >= limits.fade:
        return State.ACTIVE
    if state in {State.ACTIVE, State.FADING} and p < limits.fade:
        return State.FADING
    return state


def expiry(t_ref: datetime, p: float, half_life_s: float, limits: Thresholds) -> datetime:
    """When a hazard that nobody looks at falls below the expiry probability."""
    return t_ref + timedelta(seconds=seconds_until(p, limits.expire, half_life_s))


def swept(hazard: Hazard, now: datetime) -> Hazard:
    """The hazard as of now: `expired` if it is live and its time is over. Idempotent."""
    if hazard.state in LIVE and hazard.expires_at <= now:
        return replace(hazard, state=State.EXPIRED, published=False)
    return hazard
