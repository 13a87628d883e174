"""Write what was measured: JSON, and the benchmark's rows and section."""

import json
import math
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

from detection.calibration import Curve
from detection.evaluate.claims import DRAWN, REAL
from detection.evaluate.drive import DriveFigures
from detection.evaluate.measure import Figures
from detection.labelled import CLASSES, KINDS

BEGIN: Final = "<!-- written by detection.evaluate -->"
END: Final = "<!-- end of detection.evaluate -->"
REAL_KINDS: Final = ("cone", "pothole", "animal", "barrier", "construction_vehicle", "worker")
DRAWN_KINDS: Final = ("drum_barrel", "roadwork_sign", "debris")
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


def calibration_json(figures: Figures, weights_sha256: str, passes: Any | None) -> Row:
    """What `detection.calibration` reads, by the names of the map's kinds.

    Without enough reports a score stands for itself.
    """
    fitted = dict(figures.calibration.fitted)
    pooled = fitted.pop("", None)
    same = {"scores": [0.0, 1.0], "probabilities": [0.0, 1.0]}
    return {
        "weights_sha256": weights_sha256,
        "thresholds": thresholds(figures, KINDS),
        "curves": {KINDS[CLASSES.index(name)]: _curve(each.curve) for name, each in fitted.items()},
        "default": same if pooled is None else _curve(pooled.curve),
        "passes": None if passes is None else asdict(passes),
    }


def thresholds(figures: Figures, names: Sequence[str] = CLASSES) -> dict[str, float]:
    """The shipped threshold of each class. names: what to call the classes."""
    shares = figures.working.shipped.tolist()
    return {kind: round(share, 4) for kind, share in zip(names, shares, strict=True)}


def benchmark_rows(figures: Figures, drive: DriveFigures | None) -> list[Row]:
    """Rows of docs/benchmarks/detector.json."""
    rows = []
    for prefix, source, kinds in (("", REAL, REAL_KINDS), ("drawn_", DRAWN, DRAWN_KINDS)):
        for row in figures.kinds:
            if row.source == source and row.kind in kinds:
                note = (
                    f"95 % {row.ap50.low:.3f} to {row.ap50.high:.3f} by scene; "
                    f"{row.boxes} boxes in {row.pictures} pictures"
                )
                rows.append(_row(f"{prefix}ap50_{row.kind}", row.ap50.value, "", note))
    alarms = figures.alarms_all
    if alarms.frames:
        note = f"{alarms.alarmed} of {alarms.frames}, at most {1000 * alarms.per_frame.high:.1f}"
        rows.append(_row("false_alarms_per_1000", 1000 * alarms.per_frame.value, "frames", note))
    note = "expected calibration error of reports above 0.1, ten bins"
    rows.append(_row("ece_before", figures.calibration.error_before, "", note))
    rows.append(_row("ece_after", figures.calibration.error_after, "", note + ", cross-validated"))
    if drive is not None:
        note = "share of the things seen within 40 m that are found in a frame or more"
        rows.append(_row("drive_recall_40m", drive.found[""].value, "", note))
        note = f"false passes at the detector, over {drive.length_m / 1000:.2f} km"
        rows.append(_row("drive_false_per_km", drive.false_per_km, "1/km", note))
    return rows


def merge_benchmark(folder: Path, rows: Sequence[Row], command: str, machine: str) -> None:
    """Replace these rows in detector.json and our section in detector.md; the rest stays."""
    path = folder / "detector.json"
    known: list[Row] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    names = {row["measure"] for row in rows}
    write_json(path, [row for row in known if row["measure"] not in names] + list(rows))
    page = folder / "detector.md"
    text = page.read_text(encoding="utf-8") if page.exists() else "# The detector\n"
    table = "\n".join(
        f"| `{row['measure']}` | {row['value']} {row['unit']} | {row['note']} |" for row in rows
    )
    section = (
        f"{BEGIN}\n## How good it is\n\nMachine: {machine}. {date.today():%Y-%m-%d}. More in the\n"  # noqa: DTZ011
        f"[model card](../model-card.md).\n\n| measure | figure | how |\n|---|---|---|\n{table}\n\n"
        f"**Reproduce**: `{command}`.\n{END}\n"
    )
    before, found, rest = text.partition(BEGIN)
    after = rest.partition(f"{END}\n")[2] if found else ""
    write(page, f"{before.rstrip()}\n\n{section}{after}")


def _row(measure: str, value: float, unit: str, note: str) -> Row:
    return {"measure": measure, "value": round(value, 4), "unit": unit, "note": note}


def _curve(curve: Curve) -> Row:
    return {"scores": curve.scores.round(4).tolist(), "probabilities": curve.probabilities.tolist()}


def _plain(content: Any) -> Any:
    """NaN and infinity are no JSON."""
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content
