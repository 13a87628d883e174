"""What a detector sees of what is there: the table that turns "not seen" into evidence.

The detector's evaluation writes the table beside the weights (JSON); fusion reads it. Until an
evaluation has measured it, it is a prior and says so (docs/adr/0005-recall-table.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recall:
    """Recall of one kind in a single frame, by distance.

    upto_m: upper ends of the distance bins, ascending, metres. by_bin: share of the things in
    each bin that the detector reports at its working threshold, 0..1, same length.
    """

    upto_m: tuple[float, ...]
    by_bin: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RecallTable:
    """Everything that fusion knows about one detector version.

    kinds: recall per kind name; `default` where a kind is missing.
    dark_factor, occluded_factor: what recall is multiplied with at night and behind traffic, 0..1.
    pass_correlation: correlation of the frames of one pass, 0 (independent) .. 1 (all the same).
    false_alarm_per_pass: probability that a pass reports one particular spot where nothing is.
    score_true, score_false: (a, b) of the Beta densities of the best score of true and of false
    reports. measured: False while the values are a prior.
    """

    version: str
    kinds: Mapping[str, Recall]
    default: Recall
    dark_factor: float
    occluded_factor: float
    pass_correlation: float
    false_alarm_per_pass: float
    score_true: tuple[float, float]
    score_false: tuple[float, float]
    measured: bool
