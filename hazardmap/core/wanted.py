"""Which hazards somebody wants, wherever they are."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a hazard must be, all of it at once.

    at: the time as of which probabilities and ages count. kinds: None for all. published: two
    witnesses or a moderator's word. min_probability: 0..1, faded until `at`. min_severity: 1..3.
    max_age_s: seconds since it was last seen. seen_from, seen_to: the time between its first and
    last sighting must touch this interval; either end may be open.
    """

    at: datetime
    kinds: frozenset[str] | None = None
    published: bool = True
    min_probability: float = 0.0
    min_severity: int = 1
    max_age_s: float | None = None
    seen_from: datetime | None = None
    seen_to: datetime | None = None
