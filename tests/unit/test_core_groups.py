"""A row of cones is one device group."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hazardmap.core.fusion import FusionParams, fuse
from hazardmap.core.groups import device_groups
from hazardmap.core.hazard import State
from tests.scenes import NOON, Fleet, ahead


@pytest.fixture(scope="module")
def hazards():
    """Four cones 7 m apart and a worker beside them."""
    fleet = Fleet()
    row = [ahead(25.0 + 7.0 * i, "cone") for i in range(4)]
    for witness in range(3):
        fleet.drive(
            witness, NOON + witness * timedelta(minutes=9), there=[*row, ahead(33, "worker")]
        )
    return [one.hazard for one in fuse(fleet.views, fleet.observations, FusionParams())]


def test_a_row_is_one_group_with_count_and_extent(hazards):
    cones = [g for g in device_groups(hazards, NOON + timedelta(hours=1)) if g.kind == "cone"]
    assert len(cones) == 1
    assert cones[0].count == pytest.approx(4.0, abs=0.6)
    assert cones[0].length_m == pytest.approx(21.0, abs=5.0)
    assert cones[0].hazard_ids == tuple(sorted(h.id for h in hazards if h.kind == "cone"))


def test_order_does_not_matter_and_the_dead_do_not_count(hazards):
    at = NOON + timedelta(hours=1)
    assert device_groups(hazards[::-1], at) == device_groups(hazards, at)
    over = [replace(hazard, state=State.CLEARED) for hazard in hazards]
    assert device_groups(over, at) == []


def test_a_group_fades_as_its_devices_do(hazards):
    now, later = (device_groups(hazards, NOON + timedelta(days=d)) for d in (0, 4))
    assert all(b.count < 0.6 * a.count for a, b in zip(now, later, strict=True))
