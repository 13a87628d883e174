"""Ids of new rows keep the order in which they were made."""

from hazardmap.platform.ids import new_id


def test_ids_made_one_after_the_other_sort_in_that_order():
    made = [new_id() for _ in range(2000)]
    assert made == sorted(made)
    assert {id_.version for id_ in made} == {7}
