"""kill -9 of every part of a selling site under load: what was served is counted, once."""

import random
from pathlib import Path

import pytest

from deploy.bootstrap.postgres import PROGRAMS
from tests.billing_load import API_CLIENTS, TILE_CLIENTS, run
from tests.selling_site import kill_order, selling_site

KILLS, MANY_KILLS = 5, 55
IN_FLIGHT = API_CLIENTS + 2 * TILE_CLIENTS

pytestmark = pytest.mark.skipif(not PROGRAMS.exists(), reason="PostgreSQL is not on this machine")


def check(folder: Path, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    with selling_site(folder) as site:
        outcome = run(site, kills=kill_order(kills, seed), pause_s=lambda: dice.uniform(0.3, 1.2))
    assert outcome.kills == kills
    assert outcome.received > 100
    assert outcome.lost == 0, outcome
    assert outcome.doubled == 0, outcome
    assert outcome.extra <= kills * IN_FLIGHT, outcome
    assert outcome.short <= outcome.by_part.get("nginx", 0) * TILE_CLIENTS, outcome


def test_nothing_served_is_lost_or_doubled_whatever_is_killed(tmp_path: Path) -> None:
    check(tmp_path, KILLS, seed=1)


@pytest.mark.soak
def test_nothing_is_lost_or_doubled_over_many_kills(tmp_path: Path) -> None:
    check(tmp_path, MANY_KILLS, seed=2)
