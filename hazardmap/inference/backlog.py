"""Reads: whether the live detector can be loaded, and what waits for the map."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from detection.manifest import SHIPPED, ManifestError
from hazardmap.inference.detector import offer
from hazardmap.inference.models import DetectionRun, ModelVersion


class Live(NamedTuple):
    """The live model; label "" before the first start. problem: why it cannot be loaded, or ""."""

    label: str
    problem: str


def live_model() -> Live:
    """Manifests and files are read as a worker reads them before it loads the networks."""
    found = ModelVersion.objects.filter(state=ModelVersion.State.LIVE)
    row = found.values_list("label", "manifest").first()
    if row is None:
        return Live("", "")
    label, manifest = row
    own = settings.DETECTION_MANIFEST or SHIPPED
    problems = [_problem(label, path) for path in dict.fromkeys([own, Path(manifest)])]
    return Live(label, problems[-1] if all(problems) else "")


def _problem(label: str, path: Path) -> str:
    try:
        offered = offer(path).label
    except ManifestError as error:
        return str(error)
    return "" if offered == label else f"{path} offers {offered}"


def oldest_unfused() -> datetime | None:
    """Since when the first detected frame waits for the map; None where none does."""
    waiting = DetectionRun.objects.filter(fused_at=None).order_by("id")
    return waiting.values_list("finished_at", flat=True).first()
