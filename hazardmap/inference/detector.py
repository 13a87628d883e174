"""The detectors that manifests offer, and the engines of this worker process, each loaded once."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from detection.engine import Engine
from detection.manifest import SHIPPED, Manifest, ManifestError, load_manifest
from hazardmap.core.kinds import KINDS
from hazardmap.core.operation.promotion import metrics_from_json
from hazardmap.core.seeing.recall import table_from_json

# Beside the manifest, where somebody has measured its model on the frozen benchmark.
METRICS = "metrics.json"
LABEL_LENGTH = 72


@dataclass(frozen=True, slots=True)
class Offer:
    """The hazard model of a manifest whose files are all there.

    recall, metrics: parsed JSON that has been checked; metrics is None where nobody has measured.
    """

    label: str
    sha256: str
    kinds: tuple[str, ...]
    path: Path
    recall: dict[str, Any]
    metrics: dict[str, Any] | None
    manifest: Manifest


def offer(path: Path) -> Offer:
    """What a manifest, the shipped one or one with a hazard model of its own, offers.

    Raises ManifestError where weights are missing or damaged, or name kinds we do not know.
    """
    path = path.absolute()
    models = load_manifest(SHIPPED, None if path == SHIPPED else path)
    hazards = models.hazards
    kinds = tuple(sorted(set(hazards.kinds.values())))
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ManifestError(f"{hazards.name} finds unknown kinds: {', '.join(unknown)}")
    if len(hazards.label) > LABEL_LENGTH:
        raise ManifestError(f"{hazards.label} is longer than {LABEL_LENGTH} characters")
    recall = json.loads(models.recall.read_text())
    try:
        table_from_json(recall)
    except ValueError as error:
        raise ManifestError(f"{models.recall}: {error}") from error
    metrics = path.with_name(METRICS)
    return Offer(
        label=hazards.label,
        sha256=hazards.sha256,
        kinds=kinds,
        path=path,
        recall=recall,
        metrics=read_metrics(metrics, hazards.label) if metrics.exists() else None,
        manifest=models,
    )


def read_metrics(path: Path, label: str) -> dict[str, Any]:
    """Figures of the model `label` on the frozen benchmark. Raises ManifestError."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        metrics = metrics_from_json(data)
    except (OSError, ValueError) as error:
        raise ManifestError(f"cannot use {path}: {error}") from error
    if metrics.model != label:
        raise ManifestError(f"{path} is about {metrics.model}, not about {label}")
    return data


@cache
def configured() -> Offer:
    """What this installation ships or is told to use. Raises ManifestError."""
    return offer(settings.DETECTION_MANIFEST or SHIPPED)


_engines: dict[str, Engine] = {}


def engine(*, label: str, path: Path) -> Engine:
    """The engine of a registered model, loaded once in this process. Raises ManifestError."""
    if label not in _engines:
        found = configured() if configured().label == label else offer(path)
        if found.label != label:
            raise ManifestError(f"{path} offers {found.label}, and no longer {label}")
        _engines[label] = Engine(found.manifest, config_dir=settings.VAR / "detection")
    return _engines[label]


def unload_others(labels: Collection[str]) -> None:
    """Close the engines of all models but these."""
    for label in _engines.keys() - set(labels):
        _engines.pop(label).close()
