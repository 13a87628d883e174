"""What tests of single parts share."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from tests.moderation_scene import hazard_at

PLACE = (24.94, 60.17)


@pytest.fixture
def cow(db: None) -> UUID:
    """A hazard that was seen five minutes ago."""
    return hazard_at("cow", PLACE, timezone.now() - timedelta(minutes=5))
