from hazardmap.core.messages.backoff import delays_s


def test_pauses_grow_up_to_the_longest():
    assert list(delays_s(first_s=0.5, longest_s=3, tries=5)) == [0.5, 1, 2, 3, 3]


def test_no_try_is_no_pause():
    assert list(delays_s(first_s=1, longest_s=8, tries=0)) == []
