"""Where cameras looked is always what the stored views say."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.accounts.models import Device
from hazardmap.core.derived.coverage import looked
from hazardmap.core.geometry.coverings import grounds, looked_cell, middle, seen_cell
from hazardmap.core.geometry.geodesy import between, moved
from hazardmap.hazards import models
from hazardmap.hazards.coverage_search import coverage_of
from hazardmap.hazards.services import fuse_pending, looks_decide
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
    models.Look.objects.update(told=True)
    drive(contributor("cem"), minutes_ago(90))
    fuse_pending()
    models.Look.objects.update(told=True)
    covered = coverage_of([here, looked_cell(0.0, 0.0)], since=minutes_ago(600))
    assert set(covered) == {here}
    assert covered[here].witnesses == 3
    assert 3 <= (covered[here].looks or 0) <= 6, "a drive may see an hour turn"
    assert not coverage_of([here], since=minutes_ago(-60 * 24))


def parts_of_drive(device: Device, at: datetime, first: int, last: int) -> list[UUID]:
    """A drive north with a frame every 5 s and 60 m, from its frame `first` to before `last`."""
    made = []
    for index in range(first, last):
        lon, lat, _ = moved(*HELSINKI, 0.0, 60.0 * index)
        made += drive(device, at + timedelta(seconds=5 * index), start=(lon, lat), frames=1)
    return made


def told_m() -> list[float]:
    """How far from the beginning of `parts_of_drive` the middles of the told cells are."""
    cells = models.Look.objects.filter(told=True).values_list("cell", flat=True)
    return sorted(between(*HELSINKI, *middle(cell))[1] for cell in cells)


@pytest.mark.django_db
def test_the_ends_of_a_drive_are_not_told_and_nothing_at_once() -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    ann = contributor("ann")
    parts_of_drive(ann, hour + timedelta(minutes=10), 0, 60)
    parts_of_drive(contributor("late"), hour + timedelta(hours=2, minutes=10), 0, 60)
    parts_of_drive(contributor("still"), hour, 0, 1)
    fuse_pending()
    assert looks_decide() == 2, "the hour of the late one is not long over"
    told = told_m()
    assert not models.Look.objects.exclude(witness=ann.owner.witness).filter(told=True).exists()
    length_m = 60.0 * 59
    assert 200.0 < told[0] < 900.0
    assert length_m - 900.0 < told[-1] < length_m - 200.0
    assert len(told) >= 15
    assert looks_decide() == 0


@pytest.mark.django_db
def test_a_stop_ends_a_drive_and_late_frames_are_decided_with_the_rest() -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=4)
    ann, at = contributor("ann"), hour + timedelta(minutes=5)
    stopped_m = 60.0 * 40
    parts_of_drive(ann, at, 0, 40)
    lon, lat, _ = moved(*HELSINKI, 0.0, stopped_m)
    for minute in range(10):
        drive(ann, at + timedelta(seconds=200, minutes=minute), start=(lon, lat), frames=1)
    parts_of_drive(ann, at + timedelta(minutes=10), 40, 80)
    fuse_pending()
    looks_decide()
    told = told_m()
    assert told
    assert not [one for one in told if abs(one - stopped_m) < 200.0]
    # Late frames at a place that is told: he had begun there, some minutes before.
    told_place = told[len(told) // 4]
    lon, lat, _ = moved(*HELSINKI, 0.0, told_place)
    drive(ann, hour + timedelta(minutes=50), start=(lon, lat), frames=12)
    fuse_pending()
    assert models.Look.objects.filter(told=None).exists()
    looks_decide()
    assert not [one for one in told_m() if abs(one - told_place) < 60.0]


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
