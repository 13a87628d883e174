"""Which hazards somebody wants, wherever they are."""

from dataclasses import dataclass
from datetime import datetime

from hazardmap.core.decay import probability_at
from hazardmap.core.fusion.hazard import Hazard


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a hazard must be, all of it at once.

    at: the time as of which probabilities and ages count. kinds: None for all. published: two
    witnesses or a moderator's word. min_probability: 0..1, faded until `at`. min_severity: 1..3.
    max_age_s: seconds since it was last seen. seen_from, seen_to: the time between its first and
    last sighting must touch this interval; either end may be open. simulated: whether it must rest
    on made-up frames, or must not; None for both.
    """

    at: datetime
    kinds: frozenset[str] | None = None
    published: bool = True
    min_probability: float = 0.0
    min_severity: int = 1
    max_age_s: float | None = None
    seen_from: datetime | None = None
    seen_to: datetime | None = None
    simulated: bool | None = None


def wants(wanted: Wanted, hazard: Hazard) -> bool:
    """Whether a hazard is wanted."""
    at, seen_from, seen_to = wanted.at, wanted.seen_from, wanted.seen_to
    age_s = (at - hazard.last_seen).total_seconds()
    left = probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, at)
    return (
        (wanted.kinds is None or hazard.kind in wanted.kinds)
        and (hazard.published or not wanted.published)
        and hazard.severity >= wanted.min_severity
        and left >= wanted.min_probability
        and (wanted.max_age_s is None or age_s <= wanted.max_age_s)
        and (seen_from is None or hazard.last_seen >= seen_from)
        and (seen_to is None or hazard.first_seen <= seen_to)
        and wanted.simulated in {None, hazard.simulated}
    )
