"""A buyer whose endpoint is told what happens in Helsinki."""

import pytest

from tests.map_scene import buyer
from tests.receiver import receiving
from tests.webhook_scene import endpoint, watch


@pytest.fixture
def receiver(settings):
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        yield receiver


@pytest.fixture
def key():
    return buyer()


@pytest.fixture
def hook(receiver, key):
    """An endpoint that watches Helsinki."""
    made = endpoint(receiver.url, key)
    watch(made.id, key)
    return made
