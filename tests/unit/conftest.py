"""What tests of single parts share."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from deploy.bootstrap import place as place_module
from detection.engine import Engine
from detection.manifest import SHIPPED, load_manifest
from tests.moderation_scene import hazard_at
from tests.shipped_models import CONFIG

PLACE = (24.94, 60.17)


@pytest.fixture
def cow(db: None) -> UUID:
    """A hazard that was seen five minutes ago."""
    return hazard_at("cow", PLACE, timezone.now() - timedelta(minutes=5))


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """In place of /var/tmp, and as short."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        monkeypatch.setattr(place_module, "PERSISTENT_TEMPORARY", folder)
        yield folder


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """As it is shipped."""
    with Engine(load_manifest(SHIPPED), device="cpu", config_dir=CONFIG) as engine:
        yield engine
