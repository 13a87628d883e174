"""Nobody reads from the looks that are told where somebody lives or works."""

import random
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.derived.drive_ends import STOP, Fix, around, ends, hides
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.geometry.geodesy import between, moved
from tests.scenes import HELSINKI, NOON, Place

FEW = settings(max_examples=40, deadline=None)
LEGS = st.lists(
    st.tuples(
        st.floats(0, 360),  # heading
        st.integers(2, 30),  # steps of 60 m and 5 s
        # Minutes of standing afterwards; with coming and going five are a stop or none.
        st.integers(0, 20).filter(lambda minutes: minutes != 5),
    ),
    min_size=1,
    max_size=4,
)


def driven(legs: list[tuple[float, int, int]], seed: int) -> tuple[list[Fix], list[Place]]:
    """The fixes of one device, and where it began, ended, or stood for longer than a stop takes."""
    wander, at, place = random.Random(seed), NOON, HELSINKI
    fixes, stood = [Fix(at, *place)], [place]
    for heading_deg, steps, minutes in legs:
        for _ in range(steps):
            place, at = moved(*place, heading_deg, 60.0)[:2], at + timedelta(seconds=5)
            fixes.append(Fix(at, *place))
        for _ in range(4 * minutes):
            at += timedelta(seconds=15)
            fixes.append(Fix(at, *moved(*place, wander.uniform(0, 360), wander.uniform(0, 9))[:2]))
        if timedelta(minutes=minutes) > STOP:
            stood.append(place)
    return fixes, [*stood, place]


@FEW
@given(LEGS, st.integers(), st.floats(0, 360), st.floats(0, 149))
def test_what_lies_around_the_ends_of_drives_is_hidden(legs, seed, bearing_deg, off_m):
    fixes, stood = driven(legs, seed)
    found = ends(random.Random(seed).sample(fixes, len(fixes)))
    hidden = around(found)
    for place in stood:
        assert min(between(*place, fix.lon, fix.lat)[1] for fix in found) < 20.0
    for fix in found:
        assert hides(hidden, looked_cell(*moved(fix.lon, fix.lat, bearing_deg, off_m)[:2]))


@FEW
@given(LEGS, st.integers())
def test_only_ends_are_hidden(legs, seed):
    """Who stops at lights has not arrived, and 700 m from where somebody did all is told."""
    fixes, stood = driven(legs, seed)
    hidden = around(ends(fixes))
    for fix in ends(fixes):
        assert min(between(*place, fix.lon, fix.lat)[1] for place in stood) < 20.0
    for fix in fixes:
        if min(between(*place, fix.lon, fix.lat)[1] for place in stood) > 700.0:
            assert not hides(hidden, looked_cell(fix.lon, fix.lat))


def test_who_has_a_gap_of_minutes_has_ended_a_drive_and_began_another():
    there, on = moved(*HELSINKI, 0.0, 400.0)[:2], moved(*HELSINKI, 0.0, 460.0)[:2]
    first, second = Fix(NOON, *there), Fix(NOON + STOP, *on)
    assert ends([first, second]) == [first, second]
    late = second._replace(captured_at=NOON + STOP + timedelta(seconds=1))
    assert ends([first, late]) == [first, first, late, late]
    assert ends([]) == []
