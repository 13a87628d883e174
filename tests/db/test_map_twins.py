"""Two hazards of the live map that prove to be one thing are joined, and no frame is lost by it."""

import logging

import pytest

from hazardmap.core.hazard import LIVE
from tests.detected import (
    alike,
    contributor,
    drive,
    everything,
    forget_map,
    fuse_in_turn,
    hazards,
    minutes_ago,
)
from tests.scenes import ahead

pytestmark = pytest.mark.django_db
NEAR, FAR = ahead(38.0, "debris"), ahead(62.0, "debris")


def standing() -> int:
    return sum(hazard.state in LIVE for hazard in hazards())


def test_what_every_other_receiver_places_far_off_becomes_one_as_it_comes_in(
    caplog: pytest.LogCaptureFixture,
) -> None:
    passes = [
        drive(contributor(f"car{number}"), minutes_ago(5 * (14 - number)), (NEAR, FAR)[number % 2])
        for number in range(14)
    ]
    with caplog.at_level(logging.ERROR):
        fuse_in_turn(passes[:6])
        assert standing() == 2
        fuse_in_turn(passes[6:])
    assert "left out" not in caplog.text
    assert standing() == 1
    live = everything()
    forget_map()
    fuse_in_turn([[frame for one in passes for frame in one]])
    assert alike(live, everything())
