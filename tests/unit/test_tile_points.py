"""A tile that is full of the longest hazards is within its budget."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from mapbox_vector_tile import decode

from hazardmap.core.fusion.hazard import Hazard, State
from tiles import mvt
from tiles.device_groups import ALONE, Part
from tiles.points import HEADER, KEYS, MOST_SHOWN, body, record
from tiles.writer import BUDGET_BYTES

PLACE = b"\x81\0\x81\0"
LATE = datetime(2500, 1, 1, tzinfo=UTC)
LONGEST = Hazard(
    id=UUID(int=2**128 - 1),
    kind="animal",
    state=State.FADING,
    **dict.fromkeys(("lon", "lat", "cov_ee_m2", "cov_en_m2", "cov_nn_m2", "phantom"), 0.0),
    radius_m=99_999.9,
    p=0.123456789,
    half_life_s=9.9e9,
    **dict.fromkeys(("t_ref", "first_seen", "last_seen", "expires_at"), LATE),
    severity=3,
    passes=10**6,
    witnesses=10**6,
    **dict.fromkeys(("published", "confirmed", "simulated"), True),
)


def test_the_largest_tile_is_within_its_budget():
    row = record(LONGEST, Part(10**6, True))
    features = body(MOST_SHOWN, row.own * MOST_SHOWN, (row.head + PLACE) * MOST_SHOWN)
    assert 0.8 * BUDGET_BYTES < len(HEADER) + len(features) < BUDGET_BYTES


def test_each_hazard_has_its_own_values_behind_those_of_the_ones_before():
    shorter = replace(LONGEST, passes=1, witnesses=1, id=UUID(int=1), p=0.5)
    several = [record(hazard, ALONE) for hazard in (LONGEST, shorter, LONGEST)]
    own, heads = (
        b"".join(parts)
        for parts in zip(*((one.own, one.head + b"\x81\0\x81\0") for one in several), strict=True)
    )
    features = decode(mvt.layer(HEADER, body(3, own, heads)))["hazards"]["features"]
    told = [feature["properties"] for feature in features]
    assert [one["id"] for one in told] == [str(one.id) for one in (LONGEST, shorter, LONGEST)]
    assert [one["passes"] for one in told] == [255, 1, 255]
    assert [round(one["p"], 4) for one in told] == [0.1235, 0.5, 0.1235]
    assert all(one.keys() == set(KEYS) for one in told)


def test_heads_of_an_earlier_release_are_told_from_ours():
    row = record(LONGEST, ALONE)
    with pytest.raises(ValueError, match="another form"):
        body(2, row.own * 2, (row.head + PLACE) * 2 + b"\0")
