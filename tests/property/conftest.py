"""What the laws share."""

import pytest

from hazardmap.accounts.models import User
from hazardmap.accounts.services import NewDevice
from tests.capture_scene import driver


@pytest.fixture
def someone(db: None) -> tuple[User, NewDevice]:
    """A contributor with a device."""
    return driver()
