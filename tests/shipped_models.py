"""The models that are shipped, what `make test` has made of them, and pictures to show them."""

import os
from pathlib import Path
from typing import Final

import pytest

from detection.manifest import SHIPPED

REPOSITORY: Final = SHIPPED.parents[2]
CONFIG: Final = REPOSITORY / "var" / "detection"
"""Where the exported models are."""
SHARED: Final = Path(os.environ.get("HAZARDMAP_SHARED", REPOSITORY / ".." / "shared")) / "data"
"""Real pictures, which may be absent."""
CAT: Final = REPOSITORY / "var" / "assets" / "chelsea.png"

needs_weights = pytest.mark.skipif(
    not (SHIPPED.parent / "yolo26n.pt").exists(), reason="the model weights are not fetched"
)
