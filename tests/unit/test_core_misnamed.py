"""An animal that far frames call a barrier is one thing, and a barrier beside an animal is two."""

from dataclasses import replace

from hazardmap.core.fusion.params import FusionParams
from tests.fuse import fuse
from tests.scenes import Fleet, ahead

NEAR_M = 20.0
TOO_NEAR_DEG = 4.5e-5  # five metres


def kinds_on_the_map(fleet: Fleet) -> list[str]:
    fused = fuse(fleet.views, fleet.observations, FusionParams())
    return sorted(one.hazard.kind for one in fused)


def test_the_name_from_close_by_counts_and_the_thing_stands_once():
    fleet = Fleet()
    for witness in range(2):
        fleet.drive(witness, there=[ahead(45.0, "barrier")])
    fleet.observations = [
        replace(seen, kind="animal") if seen.range_m < NEAR_M else seen
        for seen in fleet.observations
    ]
    fused = fuse(fleet.views, fleet.observations, FusionParams())
    assert [one.hazard.kind for one in fused] == ["animal"]
    assert fused[0].observation_ids == {seen.id for seen in fleet.observations}


def test_a_name_from_afar_that_is_placed_too_near_is_no_thing_of_its_own():
    fleet = Fleet()
    fleet.drive(1, there=[ahead(60.0, "barrier")])
    fleet.observations = [
        replace(seen, kind="animal")
        if seen.range_m < NEAR_M
        else replace(seen, lat=seen.lat - TOO_NEAR_DEG)
        for seen in fleet.observations
    ]
    assert kinds_on_the_map(fleet) == ["animal"]


def test_one_wrong_frame_does_not_make_a_barrier_an_animal():
    fleet = Fleet()
    seen = fleet.drive(1, there=[ahead(45.0, "barrier")])
    wrong = max(seen, key=lambda one: one.range_m if one.range_m < NEAR_M else 0.0)
    fleet.observations = [replace(one, kind="dog") if one is wrong else one for one in seen]
    assert kinds_on_the_map(fleet) == ["barrier"]


def test_what_one_frame_shows_as_two_is_two():
    fleet = Fleet()
    fleet.drive(1, there=[ahead(45.0, "barrier"), ahead(45.0, "horse", right_m=5.5)])
    assert kinds_on_the_map(fleet) == ["barrier", "horse"]


def test_things_apart_are_two_though_no_frame_shows_both():
    fleet = Fleet()
    fleet.drive(1, there=[ahead(45.0, "barrier"), ahead(45.0, "horse", right_m=9.0)])
    odd = {view.frame_id for view in fleet.views[::2]}
    fleet.observations = [
        seen for seen in fleet.observations if (seen.frame_id in odd) == (seen.kind == "horse")
    ]
    assert kinds_on_the_map(fleet) == ["barrier", "horse"]
