"""Words for people: how sure the map is, what state a hazard is in, where a frame is from."""

from typing import Final

# From the surest down: the first bound that a probability reaches gives the words. They follow
# the calibrated scale of intelligence assessments (ICD 203), shortened to five steps.
LIKELIHOODS: Final[tuple[tuple[float, str], ...]] = (
    (0.95, "almost certain"),
    (0.8, "very likely"),
    (0.5, "likely"),
    (0.2, "possible"),
    (0.0, "unlikely by now"),
)
STATES: Final[dict[str, str]] = {
    "candidate": "new",
    "active": "active",
    "fading": "fading",
    "cleared": "cleared",
    "expired": "no longer expected",
}
PROVENANCES: Final[dict[str, str]] = {
    "camera": "camera",
    "position_simulated": "real picture, simulated position",
    "rendered": "rendered picture",
}


def likelihood(p: float) -> str:
    """Words for a probability, 0..1. Raises ValueError outside that range."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"a probability lies in 0..1, not {p}")
    return next(words for bound, words in LIKELIHOODS if p >= bound)
