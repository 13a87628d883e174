"""Which boxes two detectors share, and which share of frames a shadow sees."""

from collections import Counter
from hashlib import sha256

import pytest

from hazardmap.core.geometry.box import Box
from hazardmap.core.ids import uuid7
from hazardmap.core.operation.comparison import Pair, Report, compare, is_sampled
from tests.scenes import NOON

FRAME = uuid7(NOON, b"frame 1234")


def box(left: float, width: float = 0.2) -> Box:
    return Box(left, 0.2, left + width, 0.4)


def test_each_box_has_one_partner_the_best_overlapping_of_its_kind():
    live = [Report("cone", 0.6, box(0.10)), Report("cone", 0.5, box(0.14))]
    candidate = [
        Report("cone", 0.9, box(0.13)),  # overlaps both, the second more
        Report("cow", 0.8, box(0.10)),  # in the place of the first, but a cow
    ]
    found = compare([Pair(FRAME, live, candidate)])
    assert list(found) == ["cone", "cow"]
    assert found["cone"].shifts == [pytest.approx(0.4)]
    assert [example.score for example in found["cone"].only_live] == [0.6]
    assert found["cone"].agreement == 0.5
    assert found["cone"].only_candidate == []
    assert [example.score for example in found["cow"].only_candidate] == [0.8]
    assert found["cow"].mean_shift is None


def test_half_of_the_union_must_be_shared():
    for step, both in ((0.06, 1), (0.08, 0)):  # 0.14 / 0.26 and 0.12 / 0.28
        one = Pair(FRAME, [Report("cow", 0.5, box(0.1))], [Report("cow", 0.5, box(0.1 + step))])
        assert compare([one])["cow"].both == both


def test_examples_are_sorted_over_all_frames():
    other = uuid7(NOON, b"frame 5678")
    pairs = [
        Pair(FRAME, [], [Report("cow", 0.4, box(0.1))]),
        Pair(other, [], [Report("cow", 0.7, box(0.1)), Report("cow", 0.3, box(0.5))]),
    ]
    examples = compare(pairs)["cow"].only_candidate
    assert [(example.frame_id, example.score) for example in examples] == [
        (other, 0.7),
        (FRAME, 0.4),
        (other, 0.3),
    ]


def test_the_sample_is_the_share_it_says():
    frames = [uuid7(NOON, sha256(bytes([n % 256, n // 256])).digest()) for n in range(4000)]
    chosen = Counter(is_sampled(frame, 10) for frame in frames)
    assert 300 < chosen[True] < 500
    assert all(is_sampled(frame, 1) for frame in frames)
