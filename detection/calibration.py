"""What a score is worth: the probability that a report is right.

The detector's evaluation fits the curves and writes them beside the weights (JSON); this module
reads and applies them, without torch.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SURE: Final = 1e-4


class CalibrationError(ValueError):
    """Why a calibration cannot be read, in one sentence that names the field."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Corners of a line that never falls: scores and probabilities, (n,), 0..1."""

    scores: Floats
    probabilities: Floats


@dataclass(frozen=True, slots=True)
class PassCurve:
    """Log odds = constant + rise ln s - fall ln(1 - s) + frames ln n; rise, fall >= 0.

    s: best score of a pass; n: frames of it that report the thing. Beta calibration (M. Kull,
    T. Silva Filho and P. Flach, AISTATS 2017) with n as a covariate.
    """

    constant: float
    rise: float
    fall: float
    frames: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """All curves of one set of weights.

    curves: by kind; `default` where a kind is missing. thresholds: working threshold by kind, 0..1.
    """

    weights_sha256: str
    curves: Mapping[str, Curve]
    default: Curve
    thresholds: Mapping[str, float]
    passes: PassCurve | None

    def probability(self, kind: str, score: Floats | float) -> Floats:
        """That a report of this kind with this score in one frame is right, 0..1."""
        curve = self.curves.get(kind, self.default)
        return np.interp(np.asarray(score, np.float64), curve.scores, curve.probabilities)

    def pass_probability(self, kind: str, best: float, frames: int) -> float:
        """That a thing is there which a pass reports in `frames` frames, at best with `best`.

        Without measured passes, and for one frame, what one frame says.
        """
        if self.passes is None or frames <= 1:
            return float(self.probability(kind, best))
        curve, s = self.passes, float(np.clip(best, SURE, 1 - SURE))
        odds = curve.constant + curve.rise * np.log(s) - curve.fall * np.log(1 - s)
        return float(1 / (1 + np.exp(-odds - curve.frames * np.log(frames))))


def load_calibration(path: Path) -> Calibration:
    """Read a calibration file. Raises CalibrationError."""
    try:
        return calibration_from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CalibrationError(f"{path} cannot be read: {error}") from error


def calibration_from_json(data: Any) -> Calibration:
    """Read parsed JSON with the field names of `Calibration`. Raises CalibrationError."""
    try:
        passes = data["passes"]
        return Calibration(
            weights_sha256=str(data["weights_sha256"]),
            curves=MappingProxyType(
                {kind: _curve(f"curves.{kind}", each) for kind, each in data["curves"].items()}
            ),
            default=_curve("default", data["default"]),
            thresholds=MappingProxyType(
                {kind: _share(f"thresholds.{kind}", t) for kind, t in data["thresholds"].items()}
            ),
            passes=None if passes is None else _passes(passes),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise CalibrationError(f"calibration: a field is missing or wrong: {error!r}") from error


def _curve(name: str, data: Any) -> Curve:
    columns = [[_share(f"{name}.{key}", x) for x in data[key]] for key in _CURVE_FIELDS]
    scores, probabilities = columns
    if len(scores) != len(probabilities) or len(scores) < 2:
        raise CalibrationError(
            f"calibration: {name} needs as many probabilities as scores, 2 or more"
        )
    if any(b <= a for a, b in pairwise(scores)):
        raise CalibrationError(f"calibration: {name}.scores do not ascend")
    if any(b < a for a, b in pairwise(probabilities)):
        raise CalibrationError(f"calibration: {name}.probabilities fall")
    return Curve(np.array(scores), np.array(probabilities))


def _passes(data: Any) -> PassCurve:
    curve = PassCurve(**{key: float(value) for key, value in data.items()})
    if not min(curve.rise, curve.fall) >= 0:
        raise CalibrationError("calibration: passes.rise and passes.fall must be at least 0")
    return curve


def _share(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise CalibrationError(f"calibration: {name} is {value!r}, not a number within 0..1")
    return float(value)


_CURVE_FIELDS: Final = ("scores", "probabilities")
