"""What tests of single parts share."""

import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone

from deploy.bootstrap import place as place_module
from tests.moderation_scene import hazard_at

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
