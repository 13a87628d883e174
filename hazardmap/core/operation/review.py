"""In which order moderators look at hazards: where a wrong map does the most harm comes first."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from hazardmap.core.decay import probability_at
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.kinds import DAY_S

# Each step of severity outweighs any difference that a doubtful probability makes between two
# hazards that are likely to exist.
HARM: Final[Mapping[int, float]] = MappingProxyType({1: 1.0, 2: 3.0, 3: 9.0})
# A hazard that only one witness has reported is shown as unconfirmed: a moderator's word is the
# only one it may ever get.
UNCONFIRMED: Final = 2.0


def risk(hazard: Hazard, now: datetime) -> float:
    """How urgent a moderator's look at `hazard` is, >= 0; higher comes first.

    harm of its severity × its probability now × 2 while it is not published × freshness, where
    freshness is 1 for evidence of this moment and 1/2 for evidence of a day ago. The formula is
    this project's own: an ordering, not a probability.
    """
    p_now = probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, now)
    unseen_s = max(0.0, (now - hazard.last_seen).total_seconds())
    freshness = 1.0 / (1.0 + unseen_s / DAY_S)
    return HARM[hazard.severity] * p_now * (1.0 if hazard.published else UNCONFIRMED) * freshness
