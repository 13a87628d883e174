"""Put trained weights beside the shipped ones: copy them and pin them in the manifest.

    python -m detection.release --weights runs/best.pt --metrics metrics.json

`--metrics` is a JSON object that is kept with the weights: what they reach, and on what. The recall
table gets the name of the new set of models and counts as unmeasured until the evaluation has
written it again.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detection.backends.export import DEFAULT_DIR
from detection.backends.yolo import Yolo
from detection.fetch import sha256_of
from detection.manifest import Hazards, ManifestError, Model, Role, load_manifest

SHIPPED: Final = Path(__file__).parent / "weights" / "manifest.toml"
NAME: Final = "road"
MOST_BYTES: Final = 12_000_000
LONG_SIDE_PX: Final = 640
KINDS: Final[Mapping[str, str]] = {
    "cone": "cone",
    "drum_barrel": "drum",
    "barrier": "barrier",
    "roadwork_sign": "roadwork_sign",
    "construction_vehicle": "construction_vehicle",
    "worker": "worker",
    "pothole": "pothole",
    "debris": "debris",
    "animal": "animal",
    "deer": "deer",
}
BEGIN, END = "# --- road: written by detection.release", "# --- road ends"


class ReleaseError(Exception):
    """Why weights cannot be released, in one sentence."""


def release(
    weights: Path,
    metrics: Mapping[str, Any],
    *,
    manifest: Path = SHIPPED,
    version: str = "1",
    threshold: float = 0.25,
    training_data: str = "docs/model-card.md",
    config_dir: Path = DEFAULT_DIR,
) -> str:
    """Copy weights beside the manifest and write their entry; the label of all hazard models.

    A release of the same name is replaced. Nothing changes unless the weights load and know
    exactly the classes of KINDS. Raises ReleaseError or ManifestError.
    """
    size = weights.stat().st_size
    if size > MOST_BYTES:
        raise ReleaseError(f"{weights} has {size} bytes, more than {MOST_BYTES}")
    model = Model(
        name=NAME,
        version=version,
        role=Role.HAZARDS,
        path=weights.resolve(),
        sha256=sha256_of(weights),
        licence="AGPL-3.0",
        threshold=threshold,
        long_side_px=LONG_SIDE_PX,
        classes=tuple(KINDS),
        kinds=KINDS,
        context=frozenset(),
    )
    Yolo(model, threshold=threshold, device="cpu", threads=1, config_dir=config_dir)
    target = manifest.with_name(NAME + weights.suffix)
    text = _without_old(manifest.read_text(encoding="utf-8"))
    entry = _entry(model, target.name, size, training_data, metrics)
    recall = load_manifest(manifest).recall
    others = [one for one in load_manifest(manifest).hazards.models if one.name != NAME]
    hazards = Hazards((*others, model))
    table = json.loads(recall.read_text()) | {"version": hazards.version, "measured": False}
    shutil.copyfile(weights, target)
    _replace(recall, json.dumps(table, indent=2) + "\n")
    _replace(manifest, f"{text.rstrip()}\n\n{entry}")
    return load_manifest(manifest).hazards.label


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
        'precision = "bfloat16"',
        f"training_data = {json.dumps(training_data)}",
        f"metrics = {json.dumps(json.dumps(metrics))}  # JSON",
        f"classes = {json.dumps(list(model.classes))}",
        "",
        "[model.kinds]",
        *(f'{label} = "{kind}"' for label, kind in model.kinds.items()),
        END,
        "",
    ]
    return "\n".join(lines)


def _without_old(text: str) -> str:
    before, found, rest = text.partition(BEGIN)
    return before + rest.partition(END)[2].lstrip() if found else text


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the weights are released, 1 with one sentence otherwise."""
    parser = argparse.ArgumentParser(
        prog="python -m detection.release",
        description="Copy trained road weights beside the manifest and pin them in it.",
        epilog="example: python -m detection.release --weights runs/best.pt --metrics metrics.json",
    )
    parser.add_argument("--weights", type=Path, required=True, help=".pt or .onnx, at most 12 MB")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON object of figures")
    parser.add_argument("--manifest", type=Path, default=SHIPPED, help="default: the shipped one")
    parser.add_argument("--version", default="1", help="of these weights (default: 1)")
    parser.add_argument("--threshold", type=float, default=0.25, help="0..1 (default: 0.25)")
    parser.add_argument("--training-data", default="docs/model-card.md", help="what it saw")
    given = parser.parse_args(arguments)
    try:
        label = release(
            given.weights,
            json.loads(given.metrics.read_text(encoding="utf-8")),
            manifest=given.manifest,
            version=given.version,
            threshold=given.threshold,
            training_data=given.training_data,
        )
    except (ReleaseError, ManifestError, OSError, ValueError) as error:
        sys.stderr.write(f"release failed: {error}\n")
        return 1
    sys.stdout.write(f"released: results now say {label}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
