"""Put trained weights beside the shipped ones: copy them and pin them in the manifest.

    python -m detection.release --weights road.pt --measured var/evaluate/report

The folder is what `python -m detection.evaluate` wrote about these very weights: working
thresholds, size, far crop and figures are taken from its report, and its recall table is put beside
the weights. Without a recall table for the new set of models, the old one gets their name and
counts as unmeasured.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detection import labelled
from detection.backends.export import DEFAULT_DIR
from detection.backends.network import EightBits, Precision
from detection.backends.yolo import Yolo
from detection.evaluate.claims import DRAWN, LEAST_BOXES, REAL
from detection.far import FarCrop
from detection.fetch import sha256_of
from detection.manifest import (
    SHIPPED,
    Hazards,
    ManifestError,
    Model,
    Role,
    load_manifest,
    read_models,
)

NAME: Final = "road"
METRICS: Final = "metrics.json"
MOST_BYTES: Final = 12_000_000
THRESHOLD: Final = 0.25  # of a class that the report has none for
# What such a network bears: scores move by 0.01 in the median (a test compares). In 8 bits the
# first layers, whose results have the widest ranges, and the head would cost most.
PRECISION: Final = Precision.INT8
EXACT: Final = ("/model.0/", "/model.1/", "/model.2/", "/model.23/")
BOUNDS: Final = ("value", "low", "high")
# Class in the weights -> kind of hazard.
KINDS: Final[Mapping[str, str]] = dict(zip(labelled.CLASSES, labelled.KINDS, strict=True))
BEGIN, END = "# --- road: written by detection.release", "# --- road ends"


class ReleaseError(Exception):
    """Why weights cannot be released, in one sentence."""


def release(
    weights: Path,
    measured: Path,
    *,
    manifest: Path = SHIPPED,
    version: str = "1",
    training_data: str = "docs/model-card.md",
) -> str:
    """Copy weights beside the manifest and write their entry; the label of all hazard models.

    A release of the same name is replaced. Nothing changes unless the weights load, know exactly
    the classes of KINDS, and are those of the report. Raises ReleaseError, ManifestError, and
    OSError, ValueError or KeyError for a folder that is not the evaluation's.
    """
    report = json.loads((measured / "report.json").read_text(encoding="utf-8"))
    size = weights.stat().st_size
    if size > MOST_BYTES:
        raise ReleaseError(f"{weights} has {size} bytes, more than {MOST_BYTES}")
    model = _measured_model(weights, version, report)
    Yolo(model, threshold=THRESHOLD, device="cpu", threads=1, config_dir=DEFAULT_DIR)
    target = manifest.with_name(NAME + weights.suffix)
    # The old release is not asked: one that was broken off is repaired by the next.
    rest = _partial(manifest)
    rest.write_text(_without_old(manifest.read_text(encoding="utf-8")), encoding="utf-8")
    models, recall = read_models(rest)
    hazards = Hazards((*models[Role.HAZARDS], model))
    if recall is None:
        raise ReleaseError(f"{manifest} names no recall table")
    figures = _metrics(report, hazards.label)
    entry = _entry(model, target.name, size, training_data, figures)
    tables = {
        recall: _recall_table(recall, measured, hazards.version),
        manifest.with_name(METRICS): figures,
    }
    for path, table in tables.items():
        _partial(path).write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    text = f"{rest.read_text(encoding='utf-8').rstrip()}\n\n{entry}"
    rest.write_text(text, encoding="utf-8")
    shutil.copyfile(weights, _partial(target))
    # The manifest last: until then it pins the old weights, and engines refuse the new ones.
    for path in (target, *tables, manifest):
        _partial(path).replace(path)
    return load_manifest(manifest).hazards.label


def _measured_model(weights: Path, version: str, report: Mapping[str, Any]) -> Model:
    """The network that a report is about. Raises ReleaseError if these are other weights."""
    sha256 = sha256_of(weights)
    if report.get("sha256") != sha256:
        raise ReleaseError(f"the report is about other weights than {weights}")
    return Model(
        name=NAME,
        version=version,
        role=Role.HAZARDS,
        path=weights.resolve(),
        sha256=sha256,
        licence="AGPL-3.0",
        threshold=THRESHOLD,
        long_side_px=report["imgsz"],
        classes=tuple(KINDS),
        precision=PRECISION,
        eight_bits=EightBits(exact=EXACT),
        kinds=KINDS,
        context=frozenset(),
        thresholds={KINDS[label]: value for label, value in report["thresholds"].items()},
        far_crop=FarCrop.read(report["far_crop"]) if report["far_crop"] else None,
        mirrored=report["mirrored"],
    )


def _recall_table(old: Path, measured: Path, version: str) -> dict[str, Any]:
    new = measured / "recall.json"
    table: dict[str, Any] = json.loads((new if new.exists() else old).read_text())
    if table["version"] == version:
        return table
    old_table: dict[str, Any] = json.loads(old.read_text())
    return old_table | {"version": version, "measured": False}


def _metrics(report: Mapping[str, Any], label: str) -> dict[str, Any]:
    """What promotion compares: AP50 of each kind with enough boxes, and false alarms."""
    alarms = report["false_alarms"]["per_frame"]
    return {
        "model": label,
        "benchmark": report["benchmark"],
        "ap50": dict(_judged(report["kinds"])),
        "false_alarms_per_1000": {name: round(1000 * alarms[name], 1) for name in BOUNDS},
    }


def _judged(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, float]]]:
    """On real pictures where there are enough boxes of a kind, else on drawn ones."""
    enough = {(row["kind"], row["source"]): row for row in rows if row["boxes"] >= LEAST_BOXES}
    for label, kind in KINDS.items():
        row = enough.get((label, REAL)) or enough.get((label, DRAWN))
        if row is not None:
            yield kind, {name: round(row["ap50"][name], 3) for name in BOUNDS}


def _entry(
    model: Model, file: str, size: int, training_data: str, metrics: Mapping[str, Any]
) -> str:
    """The two tables; JSON text is TOML as well for strings and lists of strings."""
    lines = [
        BEGIN,
        "[[file]]",
        f'path = "{file}"',
        f'sha256 = "{model.sha256}"',
        f"size = {size}",
        f'licence = "{model.licence}"',
        "",
        "[[model]]",
        f'name = "{model.name}"',
        f'version = "{model.version}"',
        'role = "hazards"',
        f'path = "{file}"',
        f"threshold = {model.threshold}",
        f"long_side_px = {model.long_side_px}",
        f'precision = "{model.precision}"',
        f"exact = {json.dumps(list(model.eight_bits.exact))}",
        *([] if model.far_crop is None else [f"far_crop = {_inline(model.far_crop.table())}"]),
        *(["mirrored = true"] if model.mirrored else []),
        f"training_data = {json.dumps(training_data)}",
        f"metrics = {json.dumps(json.dumps(metrics))}  # JSON",
        f"classes = {json.dumps(list(model.classes))}",
        "",
        "[model.kinds]",
        *(f'{label} = "{kind}"' for label, kind in model.kinds.items()),
        "",
        "[model.thresholds]",
        *(f"{kind} = {threshold}" for kind, threshold in model.thresholds.items()),
        END,
        "",
    ]
    return "\n".join(lines)


def _inline(table: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"


def _without_old(text: str) -> str:
    before, found, rest = text.partition(BEGIN)
    return before + rest.partition(END)[2].lstrip() if found else text


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the weights are released, 1 with one sentence otherwise."""
    parser = argparse.ArgumentParser(
        prog="python -m detection.release",
        description="Copy trained road weights beside the manifest and pin them in it.",
        epilog="example: python -m detection.release --weights road.pt --measured report/",
    )
    parser.add_argument("--weights", type=Path, required=True, help=".pt or .onnx, at most 12 MB")
    parser.add_argument("--measured", type=Path, required=True, help="folder of the evaluation")
    parser.add_argument("--manifest", type=Path, default=SHIPPED, help="default: the shipped one")
    parser.add_argument("--version", default="1", help="of these weights (default: 1)")
    parser.add_argument("--training-data", default="docs/model-card.md", help="what it saw")
    given = parser.parse_args(arguments)
    try:
        label = release(
            given.weights,
            given.measured,
            manifest=given.manifest,
            version=given.version,
            training_data=given.training_data,
        )
    except (ReleaseError, ManifestError, OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"release failed: {error}\n")
        return 1
    sys.stdout.write(f"released: results now say {label}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
