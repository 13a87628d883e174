"""Weights as ONNX: made once per machine and kept, so that workers start without torch.

    python -m detection.backends.export --manifest detection/weights/manifest.toml

`make up` runs it after fetching; an engine that finds no export makes it itself. The name holds
the hash of the weights and the version of the exporter, so a change of either makes a new file.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from detection.manifest import Model, load_manifest

DEFAULT_DIR: Final = Path("var/detection")


def exported(model: Model, config_dir: Path) -> Path:
    """The ONNX file of a model: its own, or the export of its `.pt`, made if there is none."""
    if model.path.suffix == ".onnx":
        return model.path
    made_with = version("ultralytics")
    path = config_dir / "onnx" / f"{model.name}-{model.sha256[:16]}-{made_with}.onnx"
    if not path.exists():
        from detection.backends.pytorch import export_onnx  # noqa: PLC0415 - torch is large

        export_onnx(model.path, path, config_dir)
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every model of the manifest has its ONNX file, 1 with one sentence otherwise."""
    parser = argparse.ArgumentParser(
        prog="python -m detection.backends.export",
        description="Export the models of a manifest to ONNX, once per machine.",
        epilog="example: python -m detection.backends.export --manifest "
        "detection/weights/manifest.toml",
    )
    parser.add_argument("--manifest", type=Path, required=True, help="TOML with [[model]] tables")
    parser.add_argument(
        "--into", type=Path, default=DEFAULT_DIR, help=f"config folder (default: {DEFAULT_DIR})"
    )
    given = parser.parse_args(arguments)
    try:
        manifest = load_manifest(given.manifest)
        for model in (*manifest.hazards.models, manifest.plates):
            sys.stdout.write(f"{model.name}: {exported(model, given.into)}\n")
            sys.stdout.flush()
    except Exception as error:  # whatever ultralytics and onnx may raise about weights
        sys.stderr.write(f"export failed: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
