"""A device that stands still looks at the same things again: one piece of evidence an hour."""

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.fusion.candidate import HistoryNeeded
from hazardmap.core.fusion.checkpoint import advance, checkpoint_from_json, checkpoint_json
from hazardmap.core.geometry.geodesy import moved
from hazardmap.core.seeing.passes import STANDS, split
from tests.detected import alike
from tests.fused import CONE, HOUR, PARAMS, SHARP, certain_cone, the_only
from tests.scenes import HELSINKI, NOON, Fleet

MINUTE = timedelta(minutes=1)
gaps_s = st.lists(st.integers(1, 600), min_size=1, max_size=12)


def stand(fleet: Fleet, witness: int, at, gaps, there=()) -> None:
    """Frames of one device from the start of the drive, each so many seconds after the last."""
    fleet.drive(witness, at, there=there, frames=1)
    for gap_s in gaps:
        at += timedelta(seconds=gap_s)
        fleet.drive(witness, at, there=there, frames=1)


@given(gaps_s, st.floats(0.0, 12.0), st.floats(-44.0, 44.0), st.randoms(use_true_random=False))
def test_a_device_that_has_not_driven_on_makes_one_pass_an_hour(gaps, drift_m, turn_deg, shuffler):
    fleet = Fleet()
    stand(fleet, 1, NOON, gaps)
    views = []
    for number, view in enumerate(fleet.views):
        lon, lat, _ = moved(*HELSINKI, 30.0 * number, drift_m if number % 2 else 0.0)
        heading = None if number % 3 == 2 else turn_deg * (-1) ** number % 360.0
        views.append(replace(view, lon=lon, lat=lat, heading_deg=heading))
    passes = split(views)
    stood = views[-1].captured_at - NOON
    assert len(passes) <= 1 + stood // STANDS
    if stood <= STANDS:
        assert len(passes) == 1
    shuffler.shuffle(views)
    assert split(views) == passes


@pytest.mark.parametrize(("metres", "turn_deg"), [(40.0, 0.0), (0.0, 180.0)])
def test_who_drives_on_or_turns_round_passes_anew(metres, turn_deg):
    fleet = Fleet()
    stand(fleet, 1, NOON, [61])
    lon, lat, _ = moved(*HELSINKI, 0.0, metres)
    again = replace(fleet.views[1], lon=lon, lat=lat, heading_deg=turn_deg)
    assert len(split([fleet.views[0], again])) == 2
    soon = replace(again, captured_at=NOON + MINUTE)
    assert len(split([fleet.views[0], soon])) == 1, "a drive goes on whatever it does"


@settings(max_examples=15)
@given(st.integers(61, 150))
def test_how_often_a_standing_device_sends_makes_no_more_evidence(gap_s):
    often, seldom = certain_cone(), certain_cone()
    stand(often, 9, NOON + HOUR, [55] * 7)
    stand(seldom, 9, NOON + HOUR, [gap_s] * 7)
    once, again = the_only(often, SHARP), the_only(seldom, SHARP)
    assert again.p == pytest.approx(once.p, abs=0.05), "but for what fades meanwhile"
    assert again.p > 0.5, "one account alone does not take it away"


def test_a_standing_device_does_not_make_itself_sure():
    once, again = Fleet(), Fleet()
    stand(once, 1, NOON, [55] * 7, there=[CONE])
    stand(again, 1, NOON, [61] * 7, there=[CONE])
    assert the_only(again).p == pytest.approx(the_only(once).p, abs=0.01)
    assert the_only(again).passes == 1


def advanced(fleet, start=None, until=None):
    frames = {
        view.frame_id: view
        for view in fleet.views
        if (start is None or view.captured_at > start.at)
        and (until is None or view.captured_at <= until)
    }
    seen = [item for item in fleet.observations if item.frame_id in frames]
    return advance(frames.values(), seen, PARAMS, start)


@settings(max_examples=15)
@given(gaps_s, st.integers(4, 9), st.booleans())
def test_replay_and_checkpoint_agree_on_who_stands(gaps, cut, newest):
    """What goes on from a checkpoint is the replay; or the checkpoint says that it does not do."""
    fleet = Fleet()
    for number in range(10):
        fleet.drive(number % 3, NOON + 6 * number * MINUTE, there=[CONE], frames=6)
    stand(fleet, 9, NOON + 20 * MINUTE, gaps, there=[CONE])
    made = advanced(fleet, until=NOON + 6 * cut * MINUTE)
    kept = made.latest if newest else made.checkpoint
    if kept is None:
        return
    start = checkpoint_from_json(json.loads(json.dumps(checkpoint_json(kept))))
    assert start == kept
    try:
        part = advanced(fleet, start)
    except HistoryNeeded:
        before = [view for view in fleet.views if view.captured_at <= start.at]
        assert any(view.witness == 9 for view in before)
        return
    whole = {one.hazard.id: asdict(one.hazard) for one in advanced(fleet).hazards}
    found = {one.hazard.id: asdict(one.hazard) for one in part.hazards}
    assert alike(whole, whole | found)


def test_a_device_that_still_stands_needs_the_history():
    fleet = Fleet()
    stand(fleet, 9, NOON, [300], there=[CONE])
    for number in range(8):
        fleet.drive(number, NOON + (8 + number) * MINUTE, there=[CONE], frames=6)
    start = advanced(fleet).checkpoint
    assert start is not None
    assert start.at > NOON + 5 * MINUTE
    late = Fleet(seed=2)
    stand(late, 9, NOON + 50 * MINUTE, [], there=[CONE])
    with pytest.raises(HistoryNeeded):
        advanced(late, start)
    over = Fleet(seed=3)
    stand(over, 9, NOON + 61 * MINUTE, [], there=[CONE])
    assert advanced(over, start).hazards
