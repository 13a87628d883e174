"""The labels of faces and plates, and the sums of their benchmark."""

from collections import Counter

import pytest

from detection.privacy import Private, Region
from tests.bench.privacy.labels import Label, covered, interval, load, needless

LEFT = Region(Private.FACE, 0.0, 0.0, 0.5, 1.0)
MIDDLE = Region(Private.HEAD, 0.25, 0.0, 0.75, 1.0)


def test_there_are_enough_labels_and_each_box_lies_in_its_picture():
    labels = [label for picture in load() for label in picture.labels]
    counted = Counter(label.what for label in labels if label.readable)
    assert min(counted["face"], counted["plate"]) >= 100
    for label in labels:
        left, top, right, bottom = label.box
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1


def test_overlapping_regions_count_once():
    assert covered((0.0, 0.0, 1.0, 1.0), [LEFT, MIDDLE]) == pytest.approx(0.75)
    assert covered((0.8, 0.8, 0.9, 0.9), [LEFT, MIDDLE]) == 0.0
    plate = Label("plate", (0.6, 0.1, 0.7, 0.2), readable=False)
    assert needless([plate], [LEFT, MIDDLE]) == pytest.approx((0.75, 0.5))


def test_the_interval_is_that_of_clopper_and_pearson():
    assert interval(0, 10) == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert interval(95, 100) == pytest.approx((0.8872, 0.9836), abs=1e-4)
    assert interval(10, 10) == pytest.approx((0.6915, 1.0), abs=1e-4)
