"""Reports of several networks about one thing become one."""

from dataclasses import replace

import numpy as np

from detection.backends.yolo import Found
from detection.hazards import _joined
from detection.merge import Report, merged_context, merged_hazards

COW = Report("cow", 0.4, 0.2, 0.2, 0.6, 0.6)
SHIFTED = {"left": 0.25, "right": 0.62}  # overlaps its original by about 0.8


def _names(reports: list[Report]) -> list[str]:
    return [report.name for report in reports]


def test_a_species_says_more_than_an_animal_whatever_the_scores():
    animal = replace(COW, name="animal", score=0.9, **SHIFTED)
    elsewhere = replace(animal, left=0.7, right=0.9)

    assert merged_hazards([animal, COW, elsewhere]) == [elsewhere, COW]
    assert _names(merged_hazards([animal, replace(COW, name="deer")])) == ["deer"]
    assert _names(merged_hazards([animal, replace(COW, name="cone")])) == ["animal"]


def test_of_two_special_reports_the_surer_one_remains():
    horse = replace(COW, name="horse", score=0.7, left=0.21)

    assert merged_hazards([COW, horse]) == [horse]


def test_a_construction_vehicle_is_no_truck_that_hides_something():
    digger = replace(COW, name="construction_vehicle")
    truck, person = replace(COW, name="truck", **SHIFTED), replace(COW, name="person")
    other_truck = replace(truck, left=0.7, right=0.9)

    assert merged_context([truck, other_truck], [digger]) == [other_truck]
    assert merged_context([truck], []) == [truck]
    assert merged_context([person], [digger, replace(COW, name="worker")]) == [person]


def test_the_far_crop_adds_what_the_whole_picture_did_not_show():
    whole = Found(np.array([[100, 50, 140, 90, 0.8]], np.float32), ("cone",))
    far = np.array([[1, 0, 40, 41, 0.9], [60, 60, 70, 80, 0.5]], np.float32)

    joined = _joined(whole, Found(far, ("cone", "cone")), (100, 50))

    assert joined.boxes.tolist() == [
        [101, 50, 140, 91, np.float32(0.9)],
        [160, 110, 170, 130, 0.5],
    ]
    assert joined.labels == ("cone", "cone")
    nothing = Found(np.empty((0, 5), np.float32), ())
    assert _joined(nothing, nothing, (0, 0)).labels == ()
