"""Going on from a checkpoint is the replay from the beginning."""

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.fusion.candidate import HistoryNeeded
from hazardmap.core.fusion.checkpoint import advance, checkpoint_from_json, checkpoint_json
from hazardmap.core.fusion.params import FusionParams
from tests.detected import alike
from tests.scenes import NOON, Fleet, ahead

PARAMS = FusionParams()
THINGS = (ahead(40.0), ahead(43.0, "drum", right_m=-3.5), ahead(60.0, "cow"), ahead(52.0))
ROW = (ahead(40.0), ahead(48.0), ahead(56.0))


def told(fused: Any) -> dict[Any, Any]:
    return {one.hazard.id: asdict(one.hazard) for one in fused}


@settings(max_examples=12)
@given(
    seed=st.integers(0, 10_000),
    visits=st.lists(
        st.tuples(st.integers(1, 4), st.integers(2, 25), st.sets(st.integers(0, 3))),
        min_size=24,
        max_size=30,
    ),
    cuts=st.tuples(st.integers(12, 17), st.integers(18, 24)),
    newest=st.booleans(),
)
def test_in_two_or_three_parts_as_in_one(seed, visits, cuts, newest) -> None:
    fleet = Fleet(seed)
    at, ends = NOON, []
    for witness, gap_min, there in [(9, 2, {0, 1}), *visits]:
        at += timedelta(minutes=gap_min)
        here = [THINGS[i] for i in there]
        fleet.drive(witness, at, there=here, offset_m=2.0, frames=6, edge=witness > 2)
        ends.append(at + timedelta(minutes=1))
    whole = advance(fleet.views, fleet.observations, PARAMS)
    start, parts, trails = None, {}, {}
    for upto in (*(ends[cut] for cut in cuts), ends[-1]):
        frames = {
            view.frame_id: view
            for view in fleet.views
            if view.captured_at <= upto and (start is None or view.captured_at > start.at)
        }
        found = [item for item in fleet.observations if item.frame_id in frames]
        try:
            part = advance(frames.values(), found, PARAMS, start)
        except HistoryNeeded:
            return  # two that grew together: the service replays them from the beginning
        for one in part.hazards:
            parts[one.hazard.id] = asdict(one.hazard)
            since = {item.pass_id: asdict(item) for item in one.evidence}
            before = {} if start is None else trails.get(one.hazard.id, {})
            trails[one.hazard.id] = {
                id_: item for id_, item in before.items() if item["last_at"] <= start.at
            } | since
        kept = part.latest if newest else part.checkpoint
        if kept is not None:
            start = checkpoint_from_json(json.loads(json.dumps(checkpoint_json(kept))))
    assert start is not None
    assert alike(told(whole.hazards), {id_: parts[id_] for id_ in told(whole.hazards)})
    for one in whole.hazards:
        full = {item.pass_id: asdict(item) for item in one.evidence}
        assert alike(full, trails[one.hazard.id])


def test_a_row_that_goes_after_a_checkpoint_goes_as_it_would_have() -> None:
    fleet = Fleet()
    for number in range(20):
        fleet.drive(number % 3, NOON + timedelta(minutes=10 * number), there=ROW, frames=6)
    start = advance(fleet.views, fleet.observations, PARAMS).checkpoint
    assert start is not None
    start = checkpoint_from_json(json.loads(json.dumps(checkpoint_json(start))))
    stood = advance(fleet.views, fleet.observations, PARAMS).hazards
    gone_at = NOON + timedelta(minutes=200)
    for number, there in enumerate(((), ROW[:1], ())):
        fleet.drive(number, gone_at + timedelta(minutes=10 * number), there=there, frames=6)
    since = {v.frame_id: v for v in fleet.views if v.captured_at > start.at}
    found = [item for item in fleet.observations if item.frame_id in since]
    parts = told(advance(since.values(), found, PARAMS, start).hazards)
    whole = told(advance(fleet.views, fleet.observations, PARAMS).hazards)
    assert alike(whole, parts)
    assert len(stood) == 3
    assert all(whole[one.hazard.id]["p"] < one.hazard.p for one in stood)


def test_a_pass_that_was_not_over_needs_the_history() -> None:
    fleet = Fleet()
    for number in range(20):
        fleet.drive(number, NOON + timedelta(minutes=2 * number), there=THINGS[:2], frames=6)
    start = advance(fleet.views, fleet.observations, PARAMS).checkpoint
    assert start is not None
    device = max(view.witness for view in fleet.views if view.captured_at <= start.at)
    late = Fleet(seed=2)
    late.drive(device, start.at + timedelta(seconds=30), there=THINGS[:1], frames=3)
    with pytest.raises(HistoryNeeded):
        advance(late.views, late.observations, PARAMS, start)


@pytest.mark.parametrize(("drives", "known"), [(1, 1), (6, 2)])
def test_two_that_grow_together_after_a_checkpoint_need_the_history(drives, known) -> None:
    """Which of their reports came first, and what each pass said of both, no checkpoint keeps."""
    fleet = Fleet()
    for number in range(14):
        there = ahead(38.0 if number % 2 else 62.0, "debris")
        fleet.drive(number, NOON + timedelta(minutes=5 * number), there=[there], offset_m=1.0)
        if number + 1 == drives:
            early = advance(fleet.views, fleet.observations, PARAMS)
    assert len(early.hazards) == known
    assert len(advance(fleet.views, fleet.observations, PARAMS).hazards) == 1
    assert early.latest is not None
    since = {v.frame_id: v for v in fleet.views if v.captured_at > early.latest.at}
    found = [item for item in fleet.observations if item.frame_id in since]
    with pytest.raises(HistoryNeeded):
        advance(since.values(), found, PARAMS, early.latest)
