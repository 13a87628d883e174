"""A tile that is full of the longest hazards is within its budget."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hazardmap.core.hazard import Hazard, State
from tiles import mvt
from tiles.device_groups import ALONE, Part
from tiles.points import HEADER, MOST_SHOWN, OWN, record, slot_tags
from tiles.writer import BUDGET_BYTES

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
    last = slot_tags(MOST_SHOWN - 1)
    place = 9
    size = len(HEADER) + MOST_SHOWN * len(row.own + row.head + last) + MOST_SHOWN * place
    assert 0.8 * BUDGET_BYTES < size < BUDGET_BYTES


def test_what_follows_the_head_has_the_length_that_the_head_says():
    for hazard in (LONGEST, replace(LONGEST, passes=1, witnesses=1, id=UUID(int=1))):
        head = record(hazard, ALONE).head
        said = mvt.varints(head[1:3])[0]
        prefix = 1 + len(mvt.varint(said))
        assert len(head) - prefix + len(slot_tags(0)) + 9 == said


def test_slots_point_to_values_that_follow_one_another():
    found = [mvt.varints(slot_tags(number))[1::2] for number in range(3)]
    first = found[0][0]
    assert [index for slot in found for index in slot] == list(range(first, first + 3 * len(OWN)))
