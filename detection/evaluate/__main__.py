"""Measure a network on labelled pictures: `python -m detection.evaluate --help`."""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from detection.backends.letterbox import ENLARGED_PX
from detection.evaluate import records
from detection.evaluate.benchmark import benchmark_name
from detection.evaluate.card import Subject, model_card
from detection.evaluate.drive import DriveError, DriveFigures, figures
from detection.evaluate.predictions import Looking, WeightsError
from detection.evaluate.recall_table import recall_table
from detection.evaluate.run import KEPT, Measured, evaluate, gather
from detection.evaluate.summary import summary
from detection.far import FAR_ROAD, LONG_SIDE_PX
from detection.fetch import sha256_of
from detection.labelled import LabelsError
from detection.manifest import SHIPPED, ManifestError

DOCS: Final = Path("docs")
NO_RECIPE: Final = "Nothing is known about it here."


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured, 2 with one sentence when it could not be."""
    # One picture after the other: more threads would only wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = _parser()
    given = parser.parse_args(arguments)
    if not 32 <= given.imgsz <= 4096 or given.imgsz % 32:
        parser.error("--imgsz must be a multiple of 32 within 32..4096")
    if given.publish and given.drives < 1:
        parser.error("--publish needs --drives, 1 or more: the recall table rests on them")
    if given.weights is None:
        _as_shipped(given)
    try:
        _run(given, list(sys.argv[1:] if arguments is None else arguments))
    except (LabelsError, WeightsError, DriveError, ManifestError, OSError, ValueError) as error:
        sys.stderr.write(f"detection.evaluate: {error}\n")
        return 2
    return 0


def _as_shipped(given: argparse.Namespace) -> None:
    """Both networks that look for hazards, at the thresholds that they are released with."""
    given.weights = SHIPPED.with_name("road.pt")
    given.beside = given.beside or SHIPPED.with_name("yolo26n.pt")
    given.released_in = given.released_in or SHIPPED


def _run(given: argparse.Namespace, arguments: Sequence[str]) -> None:
    recipe = given.recipe.read_text(encoding="utf-8") if given.recipe else NO_RECIPE
    before = json.loads(given.recall_before.read_text()) if given.recall_before else None
    pictures = gather(given.data, given.split, given.drawn)
    seeds = range(1, given.drives + 1)
    looking = Looking(given.imgsz) if given.once else Looking(given.imgsz, FAR_ROAD, mirrored=True)
    mine = evaluate(
        given.weights,
        pictures,
        looking,
        seeds=seeds,
        assets=given.assets,
        beside=given.beside,
        released_in=given.released_in,
    )
    other = (
        evaluate(given.compare, pictures, looking, beside=given.beside) if given.compare else None
    )
    card = DOCS / "model-card.md" if given.publish else given.out / "model-card.md"
    sha256 = sha256_of(given.weights)
    subject = Subject(
        version=given.model_version or f"{given.weights.stem}-{sha256[:8]}",
        weights=given.weights.name,
        sha256=sha256,
        megabytes=given.weights.stat().st_size / 1e6,
        looking=looking,
        beside=given.beside.name if given.beside else None,
        known=mine.known,
        recipe=recipe,
        command=shlex.join(["python", "-m", "detection.evaluate", *arguments]),
    )
    report = given.out / "report.json"
    # Written last: killed before, the folder has no report, and not an older one of other weights.
    report.unlink(missing_ok=True)
    drive = _write_tables(given.out, subject, mine, before)
    compared = (given.compare.as_posix(), other.figures) if other else None
    plots = _plots(card.with_name("model-card"), mine)
    records.write(card, model_card(subject, mine.figures, drive, compared, plots))
    facts = {
        "version": subject.version,
        "sha256": sha256,
        "benchmark": benchmark_name(mine.sample.pictures),
        "command": subject.command,
        "imgsz": looking.imgsz,
        "far_crop": looking.far.table() if looking.far else None,
        "mirrored": looking.mirrored,
    }
    records.write_json(report, records.report_json(mine.figures, drive, facts))
    lines = [*summary(mine.sample, mine.figures, drive), f"written: {card} and {report}"]
    sys.stdout.write("\n".join(lines) + "\n")


def _plots(folder: Path, mine: Measured) -> list[str]:
    from detection.evaluate.plots import draw_all  # noqa: PLC0415 - loads matplotlib

    return draw_all(folder, mine.sample, mine.figures)


def _write_tables(
    out: Path, subject: Subject, mine: Measured, before: dict[str, Any] | None
) -> DriveFigures | None:
    """The calibration, and with drives the recall table; the figures of the drives."""
    calibration = records.calibration_json(mine.figures, subject.sha256, mine.passes)
    records.write_json(out / "calibration.json", calibration)
    if mine.drive is None or mine.dark is None:
        return None
    table = recall_table(subject.version, mine.figures, mine.drive, mine.dark, before)
    records.write_json(out / "recall.json", table)
    return figures(mine.drive, records.thresholds(mine.figures), mine.known)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m detection.evaluate",
        description="Measure a YOLO network on labelled pictures, with intervals.",
        epilog="examples: python -m detection.evaluate --data data.yaml; "
        "python -m detection.evaluate --data data.yaml --weights best.pt",
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="data.yaml, or a folder of such sources")
    add(
        "--weights",
        type=Path,
        help="a network of ultralytics, .pt or .onnx; "
        "without it, what is shipped: both networks and their thresholds",
    )
    add("--beside", type=Path, help="a network whose animals are joined with this one's")
    add(
        "--imgsz",
        type=int,
        default=LONG_SIDE_PX,
        help=f"pixels of the long side; nothing is enlarged beyond {ENLARGED_PX} "
        f"(default: {LONG_SIDE_PX})",
    )
    add("--once", action="store_true", help="look at pictures once: no far crop, no mirror")
    add("--split", default="val", help="which split to measure on (default: val)")
    add("--drawn", type=Path, help="data.yaml or folder of drawn pictures, told apart")
    add("--drives", type=int, default=0, help="streets to render and drive along (default: 0)")
    add("--assets", type=Path, default=Path("var/assets"), help="what drives are drawn with")
    add("--compare", type=Path, help="second network, measured on the same pictures")
    add(
        "--released-in",
        type=Path,
        help="manifest with these weights: measure its thresholds and choose none",
    )
    add("--model-version", help="name in the card and the recall table")
    add("--recipe", type=Path, help="Markdown for the card: how the network was trained")
    add("--recall-before", type=Path, help="recall table whose other kinds are kept")
    add("--out", type=Path, default=KEPT / "report", help="folder (default: var/evaluate/report)")
    add("--publish", action="store_true", help="write docs/model-card.md, for a release")
    return parser


if __name__ == "__main__":
    sys.exit(main())
