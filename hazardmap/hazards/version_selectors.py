"""Reads: what fusion assumes now, as far as others need to know."""

from hazardmap.core.kinds import KINDS
from hazardmap.hazards.params_now import params_now


def half_lives_s() -> dict[str, float]:
    """In which time half of the hazards of each kind go, under the version that counts."""
    params = params_now().params
    return {kind: params.half_life_s(kind) for kind in KINDS}
