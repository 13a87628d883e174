"""A busy street is taken up from a checkpoint; an area evaluated anew is the area as it was."""

from dataclasses import asdict, replace
from importlib import import_module
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hazardmap.core.seeing.recall import DEFAULT_TABLE
from hazardmap.hazards import checkpoint_models, models
from hazardmap.inference.models import ModelVersion
from tests.detected import (
    alike,
    contributor,
    device_of,
    drive,
    everything,
    forget_map,
    fuse_in_turn,
    hazards,
    minutes_ago,
)
from tests.scenes import HELSINKI, ahead

pytestmark = pytest.mark.django_db
GROUND_FUSE = import_module("hazardmap.hazards.services.ground_fuse")
ADVANCE = GROUND_FUSE.advance
THINGS = (ahead(40.0), ahead(43.0, "drum", right_m=-4.0), ahead(50.0, "cow"))


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many views each replay took in."""
    sizes: list[int] = []

    def counted(views: Any, *others: Any) -> Any:
        sizes.append(len(views))
        return ADVANCE(views, *others)

    monkeypatch.setattr(GROUND_FUSE, "advance", counted)
    return sizes


def street(passes: int, frames: int = 5) -> list[list[Any]]:
    """The frames of passes four minutes apart, each of another device; the cow walks away."""
    first = contributor("car0")
    cars = [first, *(device_of(first.owner, f"car{number}") for number in range(1, 3))]
    cars += [contributor(f"other{number}") for number in range(3)]
    return [
        drive(
            cars[number % len(cars)],
            minutes_ago(4 * (passes - number) + 1),
            *THINGS[: 3 if number < passes // 2 else 2],
            frames=frames,
        )
        for number in range(passes)
    ]


def test_in_order_each_pass_costs_the_same_and_the_map_is_that_of_one_replay(
    replayed: list[int],
) -> None:
    passes = street(18)
    fuse_in_turn(passes)
    assert checkpoint_models.Checkpoint.objects.count() <= 3
    assert replayed == [5] * 18, "no pass is replayed a second time"
    live = everything()
    assert len(live) >= 3
    forget_map()
    fuse_in_turn([[frame for one in passes for frame in one]])
    assert alike(live, everything())


def test_what_comes_late_is_taken_in_where_it_belongs(replayed: list[int]) -> None:
    passes = street(14)
    late = passes.pop(2)
    fuse_in_turn(passes)
    size = replayed[-1]
    ids = {hazard.id for hazard in hazards()}
    fuse_in_turn([late])
    assert replayed[-1] == 14 * 5 > size
    assert {hazard.id for hazard in hazards()} == ids
    more = drive(contributor("new"), minutes_ago(0.5), *THINGS[:2], frames=5)
    fuse_in_turn([more])
    assert replayed[-1] < 14 * 5, "the late replay has left a checkpoint of its own"
    live = everything()
    forget_map()
    fuse_in_turn([[frame for one in [late, *passes, more] for frame in one]])
    assert alike(live, everything())


def test_what_is_a_little_late_costs_a_few_passes_and_not_the_whole_history(
    replayed: list[int],
) -> None:
    passes = street(14)
    late = passes.pop(12)
    fuse_in_turn(passes)
    fuse_in_turn([late])
    assert 2 * 5 <= replayed[-1] <= 4 * 5
    more = drive(contributor("new"), minutes_ago(0.2), *THINGS[:2], frames=5)
    fuse_in_turn([more])
    assert replayed[-1] == 5, "and in order again"
    live = everything()
    forget_map()
    fuse_in_turn([[frame for one in [late, *passes, more] for frame in one]])
    assert alike(live, everything())


def test_a_promoted_detector_counts_from_the_next_frame_on(replayed: list[int]) -> None:
    passes = street(12)
    fuse_in_turn(passes)
    plain = {field: {} for field in ("kinds", "false_alarms", "dark_factors", "occluded_factors")}
    worse = asdict(replace(DEFAULT_TABLE, **plain, false_alarm_per_pass=0.05))
    ModelVersion.objects.create(
        label="new", state="live", recall=worse, promoted_at=timezone.now(), promoted_by="somebody"
    )
    more = drive(contributor("new"), minutes_ago(0.5), *THINGS[:2], frames=5)
    fuse_in_turn([more])
    assert replayed[-1] == 13 * 5, "what was concluded under other parameters does not count"
    live = everything()
    forget_map()
    fuse_in_turn([[frame for one in [*passes, more] for frame in one]])
    assert alike(live, everything())


def test_an_area_evaluated_anew_is_what_it_was_and_repairs_what_was_not() -> None:
    fuse_in_turn(street(8))
    before, feed = everything(), models.HazardEvent.objects.count()
    lon, lat = HELSINKI
    here = f"{lon - 0.01},{lat - 0.01},{lon + 0.01},{lat + 0.01}"
    call_command("refuse", area=here)
    assert alike(everything(), before)
    assert models.HazardEvent.objects.count() == feed, "nothing has changed"
    models.Hazard.objects.update(p=0.01)
    models.Evidence.objects.update(p_after=0.5)
    call_command("refuse", area="10,10,20,20")
    assert not alike(everything(), before)
    call_command("refuse", area=here)
    assert alike(everything(), before)


def test_an_area_that_is_none_is_refused_in_one_sentence() -> None:
    with pytest.raises(CommandError, match="--area 1,2,3: must be west,south,east,north"):
        call_command("refuse", area="1,2,3")
    with pytest.raises(CommandError, match="--cell zz: must be an H3 cell"):
        call_command("refuse", cell="zz")
