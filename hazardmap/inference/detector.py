"""The detection engine of this worker process, loaded once, at its first frame."""

from functools import cache
from pathlib import Path

from django.conf import settings

import detection
from detection.engine import Engine
from detection.manifest import Manifest, ManifestError, load_manifest
from hazardmap.core.kinds import KINDS

SHIPPED_MANIFEST = Path(detection.__file__).parent / "weights" / "manifest.toml"


@cache
def manifest() -> Manifest:
    """Raises ManifestError where weights are missing or damaged, or name kinds we do not know."""
    models = load_manifest(SHIPPED_MANIFEST, settings.DETECTION_MANIFEST)
    if unknown := sorted(set(models.hazards.kinds.values()) - KINDS.keys()):
        raise ManifestError(f"{models.hazards.name} finds unknown kinds: {', '.join(unknown)}")
    return models


@cache
def engine() -> Engine:
    return Engine(manifest(), config_dir=settings.VAR / "detection")
