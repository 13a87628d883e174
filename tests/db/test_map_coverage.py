"""Where cameras looked is always what the stored views say."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.coverage import looked
from hazardmap.core.coverings import grounds, looked_cell, seen_cell
from hazardmap.core.geodesy import moved
from hazardmap.hazards import models
from hazardmap.hazards.selectors import coverage_of
from hazardmap.hazards.services.evidence_read import BEGINNING, views_of
from tests.detected import contributor, device_of, drive, fuse_in_turn, minutes_ago
from tests.scenes import HELSINKI, NOON, Fleet, ahead


def stored() -> set[tuple[object, ...]]:
    return set(models.Look.objects.values_list("cell", "witness", "hour", "last_at"))


@pytest.mark.django_db
def test_coverage_is_what_the_views_say_whatever_came_when() -> None:
    ann = contributor("ann")
    passes = [
        drive(ann, minutes_ago(150), ahead(40.0)),
        drive(device_of(ann.owner, "second"), minutes_ago(149)),
        drive(contributor("ben"), minutes_ago(90)),
        drive(contributor("blind"), minutes_ago(30), usable=False),
        drive(contributor("lost"), minutes_ago(20), frames=1, tells_heading=False),
    ]
    fuse_in_turn([passes[2], passes[0], passes[3], passes[4], passes[1], passes[0]])
    (ground,) = grounds([seen_cell(one.position.x, one.position.y) for one in _observations()])
    views = views_of({ground: BEGINNING})
    assert len(views) == models.View.objects.count()
    assert stored() == set(looked(views))
    here = looked_cell(*moved(*HELSINKI, 0.0, 40.0)[:2])
    covered = coverage_of([here, looked_cell(0.0, 0.0)], since=minutes_ago(600))
    assert set(covered) == {here}
    assert covered[here].witnesses == 2
    assert 2 <= covered[here].looks <= 4, "one account's two devices may see an hour turn"
    assert not coverage_of([here], since=minutes_ago(60))


def _observations() -> list[models.Observation]:
    return list(models.Observation.objects.all())


@given(order=st.permutations(range(6)), again=st.sets(st.integers(0, 5)))
def test_parts_in_any_order_and_repeated_make_the_whole(order: list[int], again: set[int]) -> None:
    fleet = Fleet()
    for number in range(6):
        at = NOON + timedelta(minutes=25 * number)
        fleet.drive(number % 2, at, there=[], frames=3, usable=number != 4)
    parts = [fleet.views[3 * i : 3 * i + 3] for i in [*order, *sorted(again)]]
    union: dict[tuple[object, ...], object] = {}
    for part in parts:
        for one in looked(part):
            union[one[:3]] = max(one.last_at, union.get(one[:3], one.last_at))  # type: ignore[type-var]
    assert union == {one[:3]: one.last_at for one in looked(fleet.views)}
