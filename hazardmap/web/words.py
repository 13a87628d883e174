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
# Why a frame was rejected, or why it counts for what it shows and not against what it does not.
REASONS: Final[dict[str, str]] = {
    "not_an_image": "not a picture that we can read",
    "truncated": "the picture is damaged",
    "too_many_pixels": "more than 50 megapixels",
    "decode_timeout": "the picture takes too long to read",
    "decoder_crashed": "the picture cannot be read safely",
    "worker_crashed": "the picture brought the detector down",
    "original_lost": "the upload was lost; please send it again",
    "not_processed_in_time": "not looked at within a day, and deleted",
    "too_dark": "too dark to see the road",
    "obstructed": "something covers the lens",
    "blurred": "too blurred to see the road",
    "wrong_mount": "hardly any road in view; please check how the camera is mounted",
    "indoor": "taken indoors",
    "impossible_speed": "not counted: nobody drives that fast; is the place right?",
    "repeated_picture": "not counted: the same picture was sent before",
    "edge_incomplete": "counts only for what your device found",
}


def likelihood(p: float) -> str:
    """Words for a probability, 0..1. Raises ValueError outside that range."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"a probability lies in 0..1, not {p}")
    return next(words for bound, words in LIKELIHOODS if p >= bound)
