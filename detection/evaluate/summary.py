"""What an evaluation says on the command line: the figures that one looks for first."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

import numpy as np

from detection.evaluate.claims import DRAWN, REAL, REVIEWED
from detection.evaluate.drive import DriveFigures
from detection.evaluate.measure import Figures, KindFigures, Sample

TOGETHER: Final = (REAL, REVIEWED, DRAWN)
HEAD: Final = (
    "kind                  pictures  boxes  AP50   95 %           AP50-95  precision  recall"
)


def summary(of: Sample, figures: Figures, drive: DriveFigures | None) -> list[str]:
    """Lines of plain text: what was looked at, every kind, alarms and the rest."""
    empty = sum(not len(picture.boxes) for picture in of.pictures)
    lines = [f"{len(of.pictures)} pictures, {empty} of them without a box", "", HEAD]
    rows = sorted((row for row in figures.kinds if row.source in TOGETHER), key=_source)
    for _, group in groupby(rows, key=_source):
        same = list(group)
        lines += map(_row, same)
        if len(same) > 1:
            lines.append(_mean(same))
    lines += ["", *_work_zone(figures), *_alarms(figures)]
    if not np.isnan(figures.calibration.error_before):
        before, after = figures.calibration.error_before, figures.calibration.error_after
        lines.append(f"calibration error: {before:.3f} -> {after:.3f}")
    if drive is not None:
        lines.append(
            f"drive: {drive.found[''].value:.2f} of what is within 40 m found, "
            f"{drive.false_per_km:.1f} false passes per km"
        )
    return lines


def _source(row: KindFigures) -> int:
    return TOGETHER.index(row.source)


def _row(row: KindFigures) -> str:
    return (
        f"{row.kind:21} {row.source:8} {row.boxes:6}  {row.ap50.value:.3f}  "
        f"{row.ap50.low:.3f} – {row.ap50.high:.3f}  {row.ap50_95:.3f}  "
        f"{row.precision.value:9.3f}  {row.recall.value:6.3f}"
    )


def _mean(rows: Sequence[KindFigures]) -> str:
    """Every kind counts the same, as in ultralytics' mAP."""
    ap50, ap50_95 = np.mean([(row.ap50.value, row.ap50_95) for row in rows], axis=0)
    boxes = sum(row.boxes for row in rows)
    return f"{'mean of these':21} {rows[0].source:8} {boxes:6}  {ap50:.3f}{'':17}{ap50_95:.3f}"


def _work_zone(figures: Figures) -> list[str]:
    precision, recall = figures.work_zone_precision, figures.work_zone_recall
    if np.isnan(recall.value):
        return []
    return [
        f"a work zone in the picture: precision {precision.value:.3f}, recall {recall.value:.3f}"
    ]


def _alarms(figures: Figures) -> list[str]:
    alarms = figures.alarms_all
    if not alarms.frames:
        return []
    rate = alarms.per_frame
    return [
        f"false alarms: {1000 * rate.value:.1f} per 1,000 frames without anything, "
        f"at most {1000 * rate.high:.1f} ({alarms.alarmed} of {alarms.frames})"
    ]
