"""Write what was measured, as files that appear whole or not at all."""

import json
import math
import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from detection.evaluate.calibrate import Curve, PassCurve
from detection.evaluate.drive import DriveFigures
from detection.evaluate.measure import Figures
from detection.labelled import CLASSES, KINDS

_FLAT: Final = re.compile(r"\[\n([^\[\]{}]*?)\n\s*\]")
Row = dict[str, Any]


def write(path: Path, text: str) -> None:
    """Replace a file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


def write_json(path: Path, content: Any) -> None:
    """As JSON, null for NaN; a list of plain values stands on one line."""
    text = json.dumps(_plain(content), indent=1, ensure_ascii=False)
    write(path, _FLAT.sub(lambda found: f"[{' '.join(found[1].split())}]", text) + "\n")


def report_json(figures: Figures, drive: DriveFigures | None, facts: dict[str, Any]) -> Row:
    """Every figure. facts: what was measured with what."""
    return facts | {
        "kinds": [asdict(row) for row in figures.kinds],
        "recall_by_height": [asdict(row) for row in figures.by_height],
        "thresholds": thresholds(figures),
        "false_alarms": asdict(figures.alarms_all),
        "false_alarms_held_back": asdict(figures.alarms_held_back),
        "false_alarm_scenes": asdict(figures.alarm_scenes),
        "work_zone": {
            "precision": asdict(figures.work_zone_precision),
            "recall": asdict(figures.work_zone_recall),
        },
        "confusion": figures.confusion.tolist(),
        "calibration": {
            "error_before": figures.calibration.error_before,
            "error_after": figures.calibration.error_after,
            "methods": {kind: each.method for kind, each in figures.calibration.fitted.items()},
        },
        "drive": None if drive is None else asdict(drive),
    }


def calibration_json(figures: Figures, weights_sha256: str, passes: PassCurve | None) -> Row:
    """What scores are worth, in single frames (`curves`, `default`) and in `passes` (`PassCurve`).

    By the names of the map's kinds. Without enough reports a score stands for itself. Fusion has
    its own form of this, the recall table: densities of the scores of true and false reports.
    """
    fitted = dict(figures.calibration.fitted)
    pooled = fitted.pop("", None)
    same = {"scores": [0.0, 1.0], "probabilities": [0.0, 1.0]}
    return {
        "weights_sha256": weights_sha256,
        "curves": {KINDS[CLASSES.index(name)]: _curve(each.curve) for name, each in fitted.items()},
        "default": same if pooled is None else _curve(pooled.curve),
        "passes": None if passes is None else asdict(passes),
    }


def thresholds(figures: Figures) -> dict[str, float]:
    """The shipped threshold of each class."""
    shares = figures.working.shipped.tolist()
    return {kind: round(share, 4) for kind, share in zip(CLASSES, shares, strict=True)}


def _curve(curve: Curve) -> Row:
    return {"scores": curve.scores.round(4).tolist(), "probabilities": curve.probabilities.tolist()}


def _plain(content: Any) -> Any:
    """NaN and infinity are no JSON."""
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content
