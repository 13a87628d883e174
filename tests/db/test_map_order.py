"""The map is a function of the set of its evidence: order, batches and repetition do not show."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest

from hazardmap.hazards import models
from hazardmap.hazards.services import fuse_pending
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


@pytest.fixture
def frames():
    """42 frames of four devices past four things, of which one is gone for the last device."""
    cow, cone, drum = ahead(50.0, "cow"), ahead(40.0), ahead(42.0, "drum", right_m=-4.0)
    sign = ahead(70.0, "roadwork_sign", right_m=5.0)
    return [
        *drive(contributor("ann"), minutes_ago(12), cow, cone, drum, frames=12),
        *drive(contributor("ben"), minutes_ago(9), cow, cone, sign, frames=12, score=0.7),
        *drive(contributor("cat"), minutes_ago(6), drum, cone, cow, frames=9, score=0.6),
        *drive(contributor("dan"), minutes_ago(3), cone, sign, frames=9),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_any_batches_give_the_same_map(frames, seed):
    fuse_pending()
    at_once = everything()
    assert len(at_once) >= 4
    shuffled = random.Random(seed)
    for most in (1, 7):
        forget_map()
        order = shuffled.sample(frames, len(frames))
        cuts = [0]
        while cuts[-1] < len(order):
            cuts.append(cuts[-1] + shuffled.randint(1, most))
        fuse_in_turn(order[a:b] for a, b in pairwise(cuts))
        assert models.View.objects.count() == len(frames)
        assert alike(everything(), at_once)


def test_repeated_frames_change_nothing(frames):
    fuse_pending()
    at_once, rows = everything(), hazards()
    fuse_in_turn([frames[10:30], frames[::3], frames])
    assert everything() == at_once
    assert hazards() == rows


def test_places_far_apart_do_not_mix():
    """Frames of two cities in one batch are the same map as one city after the other."""
    far = (25.5, 61.0)
    here = drive(contributor("ann"), minutes_ago(5), ahead(40.0))
    there = drive(contributor("ben"), minutes_ago(5), ahead(40.0, start=far), start=far)
    fuse_pending()
    together = everything()
    assert len(together) == 2
    forget_map()
    fuse_in_turn([here, there])
    assert alike(everything(), together)


@pytest.mark.parametrize(
    "start", [(179.9996, 20.0), (-179.9998, -40.0), (24.0, 89.9), (10.0, -89.9), (0.0, 0.0)]
)
def test_odd_places_work_like_any_other(start):
    """Across the antimeridian and near the poles one thing is one hazard."""
    thing = ahead(40.0, start=start)
    for number in range(2):
        at = minutes_ago(9) + timedelta(minutes=3 * number)
        drive(contributor(f"odd{number}"), at, thing, start=start, heading_deg=0.0)
    fuse_pending()
    (hazard,) = hazards()
    assert hazard.published


def test_a_thing_on_the_antimeridian_seen_from_both_sides_is_one():
    thing = ahead(40.0, "cow", start=(180.0, 10.0), right_m=0.0)
    for number, side in enumerate((179.99998, -179.99998)):
        start = (side, 10.0)
        drive(contributor(f"side{number}"), minutes_ago(5 - number), thing, start=start)
    fuse_pending()
    (hazard,) = hazards()
    assert (hazard.witnesses, hazard.published) == (2, True)
