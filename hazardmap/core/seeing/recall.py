"""What a detector sees of what is there: the table that turns "not seen" into evidence.

The detector's evaluation writes the table beside the weights (JSON); fusion reads it. Until an
evaluation has measured it, it is a prior and says so (docs/adr/0005-recall-table.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from hazardmap.core.geometry.geodesy import Floats
from hazardmap.core.kinds import FAMILY, KINDS

FEWEST_ALARMS: Final = 1e-6
MOST_ALARMS: Final = 0.5
_BY_KIND: Final = frozenset({"false_alarms", "dark_factors", "occluded_factors"})


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
    dark_factors, occluded_factors: the same by kind, for those measured.
    pass_correlation: correlation of the frames of one pass, 0 (independent) .. 1 (all the same).
    false_alarm_per_pass: probability that a pass reports one particular spot where nothing is, as
    things of one family (`kinds.FAMILY`). false_alarms: the same by family, for those measured.
    score_true, score_false: (a, b) of the Beta densities of the best score of true and of false
    reports. measured: False while the values are a prior.
    """

    version: str
    kinds: Mapping[str, Recall]
    default: Recall
    dark_factor: float
    occluded_factor: float
    dark_factors: Mapping[str, float]
    occluded_factors: Mapping[str, float]
    pass_correlation: float
    false_alarm_per_pass: float
    false_alarms: Mapping[str, float]
    score_true: tuple[float, float]
    score_false: tuple[float, float]
    measured: bool

    def in_the_dark(self, kind: str) -> float:
        """What darkness leaves of the recall of such things, 0..1."""
        return self.dark_factors.get(kind, self.dark_factor)

    def behind_traffic(self, kind: str) -> float:
        """What is left of the recall of such things that something hides, 0..1."""
        return self.occluded_factors.get(kind, self.occluded_factor)

    def false_alarm(self, family: str) -> float:
        """Probability that a pass reports such things at one particular spot where nothing is."""
        return self.false_alarms.get(family, self.false_alarm_per_pass)


_PRIOR = Recall(upto_m=(15.0, 30.0, 50.0, 80.0), by_bin=(0.85, 0.75, 0.55, 0.25))

DEFAULT_TABLE: Final = RecallTable(
    version="prior-1",
    kinds=MappingProxyType({}),
    default=_PRIOR,
    dark_factor=0.65,
    occluded_factor=0.1,
    dark_factors=MappingProxyType({}),
    occluded_factors=MappingProxyType({}),
    pass_correlation=0.4,
    false_alarm_per_pass=0.01,
    false_alarms=MappingProxyType({}),
    score_true=(4.0, 2.0),
    score_false=(2.0, 3.5),
    measured=False,
)


def recall_at(table: RecallTable, kind: str, range_m: Floats) -> Floats:
    """Single-frame recall of a kind at each distance, same shape, 0 beyond the last bin."""
    recall = table.kinds.get(kind, table.default)
    shares = np.array((*recall.by_bin, 0.0))
    result: Floats = shares[np.searchsorted(np.array(recall.upto_m), range_m)]
    return result


def table_from_json(data: Mapping[str, Any]) -> RecallTable:
    """Read a table from parsed JSON with the field names of `RecallTable` and `Recall`.

    `false_alarms` has a chance for each kind, and those of a family add up. It may be missing, and
    so may the factors by kind: older evaluations did not measure them.
    Raises ValueError that names the field where one is missing, unknown or out of range.
    """
    names = {field.name for field in fields(RecallTable)}
    given = set(data) if isinstance(data, Mapping) else set()
    if given | _BY_KIND != names:
        wrong = sorted(names.symmetric_difference(given | _BY_KIND))
        raise ValueError(f"recall table: missing or unknown fields {wrong}")
    if not isinstance(data["measured"], bool):
        raise ValueError("recall table: measured is not true or false")
    _check_kinds("kinds", data["kinds"])
    return RecallTable(
        version=str(data["version"]),
        kinds=MappingProxyType(
            {kind: _recall(f"kinds.{kind}", value) for kind, value in data["kinds"].items()}
        ),
        default=_recall("default", data["default"]),
        dark_factor=_number("dark_factor", data["dark_factor"]),
        occluded_factor=_number("occluded_factor", data["occluded_factor"]),
        dark_factors=_factors("dark_factors", data),
        occluded_factors=_factors("occluded_factors", data),
        pass_correlation=_number("pass_correlation", data["pass_correlation"]),
        false_alarm_per_pass=_alarm("false_alarm_per_pass", data["false_alarm_per_pass"]),
        false_alarms=MappingProxyType(_by_family(data.get("false_alarms", {}))),
        score_true=_shape("score_true", data["score_true"]),
        score_false=_shape("score_false", data["score_false"]),
        measured=data["measured"],
    )


def _check_kinds(name: str, value: object) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"recall table: {name} is not an object")
    unknown = sorted(set(value) - set(KINDS))
    if unknown:
        raise ValueError(f"recall table: {name} has unknown kinds {unknown}")


def _factors(name: str, data: Mapping[str, Any]) -> Mapping[str, float]:
    value = data.get(name, {})
    _check_kinds(name, value)
    return MappingProxyType({k: _number(f"{name}.{k}", share) for k, share in value.items()})


def _by_family(value: Mapping[str, object]) -> dict[str, float]:
    _check_kinds("false_alarms", value)
    sums: dict[str, float] = {}
    for kind, share in value.items():
        alarm = _alarm(f"false_alarms.{kind}", share)
        sums[FAMILY[kind]] = min(sums.get(FAMILY[kind], 0.0) + alarm, MOST_ALARMS)
    return sums


def _alarm(name: str, value: object) -> float:
    return _number(name, value, low=FEWEST_ALARMS, high=MOST_ALARMS)


def _number(name: str, value: object, low: float = 0.0, high: float = 1.0) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"recall table: {name} is not a number")
    if not low <= value <= high:
        raise ValueError(f"recall table: {name} is {value}, not within {low}..{high}")
    return float(value)


def _numbers(name: str, value: object, high: float) -> tuple[float, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        raise ValueError(f"recall table: {name} is not a list of numbers")
    return tuple(_number(f"{name}[{i}]", item, high=high) for i, item in enumerate(value))


def _shape(name: str, value: object) -> tuple[float, float]:
    """(a, b) of a Beta density, both at least 1, so that no score is infinitely telling."""
    shape = _numbers(name, value, high=1000.0)
    if len(shape) != 2 or min(shape) < 1.0:
        raise ValueError(f"recall table: {name} is not a pair of numbers of at least 1")
    return shape[0], shape[1]


def _recall(name: str, value: object) -> Recall:
    if not isinstance(value, Mapping) or set(value) != {"upto_m", "by_bin"}:
        raise ValueError(f"recall table: {name} needs upto_m and by_bin and nothing else")
    upto_m = _numbers(f"{name}.upto_m", value["upto_m"], high=1000.0)
    by_bin = _numbers(f"{name}.by_bin", value["by_bin"], high=1.0)
    if len(upto_m) != len(by_bin):
        raise ValueError(f"recall table: {name} has {len(upto_m)} bins and {len(by_bin)} values")
    if any(b <= a for a, b in pairwise(upto_m)) or upto_m[0] <= 0.0:
        raise ValueError(f"recall table: {name}.upto_m does not ascend from above 0")
    return Recall(upto_m, by_bin)
