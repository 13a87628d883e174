"""Reports of several networks about one thing become one."""

from dataclasses import replace

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


def test_what_is_surely_alive_or_a_vehicle_is_no_barrier():
    barrier = replace(COW, name="barrier", score=0.9, **SHIFTED)
    cat, unsure = replace(COW, name="cat", score=0.6), replace(COW, name="cat", score=0.45)
    beside = replace(barrier, left=0.7, right=0.9)

    assert merged_hazards([barrier, cat, beside]) == [beside, cat]
    assert _names(merged_hazards([barrier, unsure])) == ["barrier"]
    assert merged_hazards([barrier], [replace(COW, name="car", score=0.8)]) == []
    worker = replace(barrier, name="worker")
    assert merged_hazards([worker], [replace(COW, name="person", score=0.8)]) == [worker]


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
