"""Readers of the change feed go on, however much a batch of it is for the database."""

from importlib import import_module

import pytest
from django.db import OperationalError, connection

from hazardmap.core.fusion.hazard import Change
from hazardmap.hazards.services import moves_follow
from tests.webhook_scene import cow, told

pytestmark = pytest.mark.django_db
FOLLOWING = import_module("hazardmap.hazards.services.feed_follow")


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    moves_follow("somebody", list)
    for _ in range(3):
        told(Change.APPEARED, cow())
    monkeypatch.setattr(FOLLOWING, "BATCH", 4)
    monkeypatch.setattr(FOLLOWING, "PARTS", 2)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '1s'")


def test_a_batch_that_is_too_much_is_taken_in_parts():
    taken = []

    def take(moves):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [0 if len(moves) == 1 else 60])
        taken.extend(move.event.cursor for move in moves)

    assert moves_follow("somebody", take) == len(taken) == 3
    assert taken == sorted(taken)
    assert moves_follow("somebody", take) == 0


def test_what_is_too_much_by_itself_is_said_and_not_skipped():
    def take(moves):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    with pytest.raises(OperationalError):
        moves_follow("somebody", take)
    assert moves_follow("somebody", list) == 3
