"""What stands in a row is expected sooner than what stands alone."""

from hazardmap.core.geometry.geodesy import between
from tests.fuse import fuse
from tests.fused import HOUR, PARAMS, the_only
from tests.scenes import NOON, Fleet, Truth, ahead

NEW = ahead(54.0)


def expected(*known: Truth, witnesses: int = 3) -> float:
    """What is assumed of a spot before a cone is first reported there, beside what is known."""
    fleet = Fleet()
    for witness in range(witnesses):
        fleet.drive(witness, NOON + witness * HOUR / 6, there=known)
    fleet.drive(9, NOON + HOUR, there=[*known, NEW])
    there = min(
        fuse(fleet.views, fleet.observations, PARAMS),
        key=lambda one: between(one.hazard.lon, one.hazard.lat, NEW.lon, NEW.lat)[1],
    )
    assert len(there.evidence) == 1
    assert there.evidence[0].p_before is not None
    return there.evidence[0].p_before


def test_the_next_cone_of_a_row_is_expected_and_a_lone_one_is_not() -> None:
    assert expected(ahead(42.0)) > 5.0 * expected()


def test_another_sort_or_a_cone_farther_off_lets_nothing_be_expected() -> None:
    assert expected(ahead(42.0, "cow")) == expected(ahead(30.0)) == expected()


def test_a_neighbour_that_is_doubted_lets_less_be_expected() -> None:
    assert expected() < expected(ahead(42.0), witnesses=0) < expected(ahead(42.0))


def test_in_a_row_a_place_is_told_less_sharply_for_reports_may_be_meant_for_a_neighbour() -> None:
    alone, row = Fleet(), Fleet()
    for witness in range(3):
        alone.drive(witness, NOON + witness * HOUR, there=[NEW])
        row.drive(witness, NOON + witness * HOUR, there=[ahead(42.0), NEW])
    radii_m = [one.hazard.radius_m for one in fuse(row.views, row.observations, PARAMS)]
    assert len(radii_m) == 2
    assert max(radii_m) > the_only(alone).radius_m + 0.5
