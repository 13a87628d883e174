"""Reports of several networks about one thing become one."""

from dataclasses import replace

from detection.merge import Report, merged_context, merged_hazards

COW = Report("cow", 0.4, 0.2, 0.2, 0.6, 0.6)
SHIFTED = {"left": 0.25, "right": 0.62}  # overlaps its original by about 0.8


def _names(reports: list[Report]) -> list[str]:
    return [report.name for report in reports]


def test_what_both_networks_see_is_surer_and_the_species_counts():
    animal = replace(COW, name="animal", score=0.9, **SHIFTED)
    elsewhere = replace(animal, left=0.7, right=0.9)

    both, alone = merged_hazards([[COW], [animal, elsewhere]])
    assert (both.name, both.score) == ("cow", 0.94)
    assert COW.left < both.left < animal.left
    assert (both.left, both.right) == (0.2346, 0.6138)  # nearer to the surer one's
    assert alone == elsewhere


def test_a_network_that_says_animal_and_deer_has_seen_one_and_named_it():
    animal = replace(COW, name="animal", score=0.7, enough=0.43)
    deer = replace(animal, name="deer", score=0.6, enough=0.59, left=0.22)
    cat = replace(animal, name="cat", score=0.4, enough=0.35, top=0.23)

    assert merged_hazards([[animal, deer]]) == [replace(animal, name="deer", enough=0.0)]
    assert merged_hazards([[animal, replace(deer, score=0.5)]]) == [replace(animal, enough=0.0)]
    faint = [replace(animal, score=0.45), replace(deer, score=0.5)]
    assert _names(merged_hazards([faint])) == ["animal"], "sure of the animal, not of the deer"
    (found,) = merged_hazards([[cat], [animal, deer]])
    assert (found.name, found.score) == ("deer", 0.82)
    (found,) = merged_hazards([[cat], [animal, replace(deer, score=0.2)]])
    assert (found.name, found.score) == ("cat", 0.82), "a faint deer does not displace the animal"


def test_what_no_network_is_sure_of_alone_may_be_sure_together():
    faint = replace(COW, score=0.3, enough=0.35)
    animal = replace(COW, name="animal", score=0.3, enough=0.5)

    assert merged_hazards([[faint], []]) == merged_hazards([[], [animal]]) == []
    assert merged_hazards([[faint], [replace(animal, left=0.7, right=0.9)]]) == []
    (found,) = merged_hazards([[faint], [animal]])
    assert (found.name, found.score) == ("animal", 0.51)
    (found,) = merged_hazards([[faint], [replace(animal, score=0.6)]])
    assert found.name == "animal"


def test_of_one_thing_under_several_names_the_surest_remains():
    barrier = replace(COW, name="barrier", score=0.5, **SHIFTED)
    beside = replace(barrier, left=0.7, right=0.9)

    assert merged_hazards([[COW], [barrier, beside]]) == [barrier, beside]
    assert merged_hazards([[replace(COW, score=0.8)], [barrier]])[0].name == "cow"
    horse = replace(COW, name="horse", score=0.7, left=0.21)
    assert merged_hazards([[COW, horse]]) == [horse]
    behind = replace(COW, name="horse", left=0.4, right=0.8)
    assert merged_hazards([[COW, behind]]) == [COW, behind]


def test_a_construction_vehicle_is_no_truck_that_hides_something():
    digger = replace(COW, name="construction_vehicle")
    truck, person = replace(COW, name="truck", **SHIFTED), replace(COW, name="person")
    other_truck = replace(truck, left=0.7, right=0.9)

    assert merged_context([truck, other_truck], [digger]) == [other_truck]
    assert merged_context([truck], []) == [truck]
    assert merged_context([person], [digger, replace(COW, name="worker")]) == [person]
