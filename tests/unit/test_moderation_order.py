"""A moderator's place in the review queue."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hazardmap.moderation.order import place_in, queue_order

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
some_ids = st.lists(st.uuids(), unique=True, max_size=8)


def test_skipped_hazards_come_last_and_keep_their_order():
    assert queue_order([A, B, C], {str(A)}) == [B, C, A]
    assert queue_order([A, B, C], [str(C), str(A)]) == [B, A, C]


def test_a_place_in_the_queue_knows_what_is_before_and_after():
    place = place_in([A, B, C], B)
    assert (place.number, place.waiting, place.before, place.after) == (2, 3, A, C)
    assert place_in([A, B, C], A).before is None
    assert place_in([A, B, C], C).after is None


def test_from_a_hazard_outside_the_queue_one_goes_to_its_first():
    place = place_in([B, C], A)
    assert (place.number, place.waiting, place.before, place.after) == (None, 2, None, B)
    assert place_in([], A).after is None


@given(some_ids, st.sets(st.uuids().map(str)))
def test_going_on_from_the_first_visits_every_hazard_once(ids, skipped):
    order = queue_order(ids, skipped)
    here = order[0] if order else None
    visited = []
    while here is not None:
        visited.append(here)
        here = place_in(order, here).after
    assert visited == order
    assert set(order) == set(ids)
