"""Made-up detectors: manifests with files of their own, and figures on a frozen benchmark."""

import hashlib
import json
from pathlib import Path
from typing import Any

MANIFEST = """
[[file]]
path = "weights.onnx"
sha256 = "{sha256}"
size = {size}
licence = "MIT"

[[model]]
name = "{name}"
version = "1"
role = "hazards"
path = "weights.onnx"
threshold = 0.3
long_side_px = 640
recall = "recall.json"
classes = ["cow", "cone"]

[model.kinds]
cow = "cow"
cone = "cone"
"""
RECALL = Path("detection/weights/recall.json")


def model_files(folder: Path, name: str) -> tuple[Path, str]:
    """A manifest that the site accepts, and the label of its model. Its weights are no network."""
    folder.mkdir(exist_ok=True)
    weights = f"weights of {name}".encode()
    (folder / "weights.onnx").write_bytes(weights)
    sha256 = hashlib.sha256(weights).hexdigest()
    recall = json.loads(RECALL.read_text()) | {"version": f"{name}-1"}
    (folder / "recall.json").write_text(json.dumps(recall))
    path = folder / "manifest.toml"
    path.write_text(MANIFEST.format(name=name, sha256=sha256, size=len(weights)))
    return path, f"{name}-1-{sha256[:8]}"


def metrics_of(label: str, *, false_alarms: float = 5.0, **ap50: float) -> dict[str, Any]:
    """Figures with intervals of 0.05 (false alarms: 5) to both sides."""
    return {
        "model": label,
        "benchmark": "frozen-1",
        "ap50": {kind: around(value, 0.05, 1.0) for kind, value in ap50.items()},
        "false_alarms_per_1000": around(false_alarms, 5.0, 1000.0),
    }


def around(value: float, half_width: float, most: float) -> dict[str, float]:
    return {
        "value": value,
        "low": max(0.0, value - half_width),
        "high": min(most, value + half_width),
    }
