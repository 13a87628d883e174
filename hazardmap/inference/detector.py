"""The detection engine of this worker process, loaded once, at its first frame."""

from functools import cache
from pathlib import Path

from django.conf import settings

import detection
from detection.engine import Engine
from detection.manifest import Manifest, load_manifest

SHIPPED_MANIFEST = Path(detection.__file__).parent / "weights" / "manifest.toml"


@cache
def manifest() -> Manifest:
    """Raises detection.manifest.ManifestError where weights are missing or damaged."""
    return load_manifest(SHIPPED_MANIFEST, settings.DETECTION_MANIFEST)


@cache
def engine() -> Engine:
    return Engine(manifest(), config_dir=settings.VAR / "detection")
