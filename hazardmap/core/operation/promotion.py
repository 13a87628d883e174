"""May a detector replace the one in use? Judged by both models' figures on the frozen benchmark."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from hazardmap.core.kinds import KINDS

# A smaller fall of AP50 than the first is never held against a model, a larger one than the second
# always: both models look at the same pictures, so intervals overstate what chance does to a fall.
LEAST_FALL: Final = 0.02
MOST_FALL: Final = 0.10
# Ordinary road frames with an alarm, per 1,000, that the project allows itself.
FALSE_ALARMS_LIMIT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its 95 % interval, low <= value <= high."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a model was measured to be.

    model: its label. benchmark: name and version of the frozen pictures; only figures of the same
    ones are compared. ap50: by kind with enough boxes there, 0..1. false_alarms_per_1000:
    ordinary road frames with an alarm at the working threshold.
    """

    model: str
    benchmark: str
    ap50: Mapping[str, Measured]
    false_alarms_per_1000: Measured


def objections(live: Metrics, candidate: Metrics) -> tuple[str, ...]:
    """Why the candidate is worse than the live model, one sentence each; () where it is not.

    It is worse where it does not look for a kind that the live model looks for; where a kind's AP50
    falls by more than half the width of the live figure's interval, which counts as no less than
    LEAST_FALL and no more than MOST_FALL; and where it raises more false alarms than the live
    model, and more than FALSE_ALARMS_LIMIT or than the live figure's interval.
    """
    if live.benchmark != candidate.benchmark:
        return (
            f"{candidate.model} was measured on {candidate.benchmark} and "
            f"{live.model} on {live.benchmark}.",
        )
    falls = (_fall(kind, live.ap50[kind], candidate.ap50.get(kind)) for kind in sorted(live.ap50))
    alarms = _more_alarms(live.false_alarms_per_1000, candidate.false_alarms_per_1000)
    return tuple(sentence for sentence in (*falls, alarms) if sentence)


def allowed_fall(live: Measured) -> float:
    """By how much a kind's AP50 may be lower than the live model's."""
    return min(max((live.high - live.low) / 2, LEAST_FALL), MOST_FALL)


def _fall(kind: str, live: Measured, candidate: Measured | None) -> str:
    label = KINDS[kind].label
    if candidate is None:
        return f"It does not look for {label}."
    allowed = allowed_fall(live)
    if live.value - candidate.value <= allowed:
        return ""
    return (
        f"AP50 of {label} falls from {live.value:.3f} to {candidate.value:.3f}; "
        f"{allowed:.3f} less is allowed."
    )


def _more_alarms(live: Measured, candidate: Measured) -> str:
    if candidate.value <= live.value:
        return ""
    allowed = max(live.value, min(live.high, FALSE_ALARMS_LIMIT))
    if candidate.value <= allowed:
        return ""
    return (
        f"False alarms per 1,000 ordinary frames rise from {live.value:.1f} to "
        f"{candidate.value:.1f}; {allowed:.1f} are allowed."
    )


def metrics_from_json(data: object) -> Metrics:
    """Read metrics from parsed JSON with the field names of `Metrics` and `Measured`.

    Raises ValueError that names the field where one is missing, unknown or out of range.
    """
    fields = _object("metrics", data, {"model", "benchmark", "ap50", "false_alarms_per_1000"})
    kinds = fields["ap50"]
    if not isinstance(kinds, Mapping) or not kinds:
        raise ValueError("metrics: ap50 is not an object with a figure for each kind")
    if unknown := sorted(set(kinds) - KINDS.keys()):
        raise ValueError(f"metrics: ap50 has unknown kinds {unknown}")
    return Metrics(
        model=_text("model", fields["model"]),
        benchmark=_text("benchmark", fields["benchmark"]),
        ap50=MappingProxyType(
            {kind: _measured(f"ap50.{kind}", figure, 1.0) for kind, figure in kinds.items()}
        ),
        false_alarms_per_1000=_measured(
            "false_alarms_per_1000", fields["false_alarms_per_1000"], 1000.0
        ),
    )


def _object(name: str, data: object, fields: set[str]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping) or set(data) != fields:
        raise ValueError(f"{name} needs {', '.join(sorted(fields))} and nothing else")
    return data


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"metrics: {name} is not a text")
    return value


def _measured(name: str, data: object, most: float) -> Measured:
    numbers = _object(f"metrics: {name}", data, {"value", "low", "high"})
    for field, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ValueError(f"metrics: {name}.{field} is not a number")
    found = Measured(**{field: float(number) for field, number in numbers.items()})
    if not 0.0 <= found.low <= found.value <= found.high <= most:
        raise ValueError(f"metrics: {name} must hold 0 <= low <= value <= high <= {most:g}")
    return found
