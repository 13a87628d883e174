"""A hazard keeps its id, whatever evidence comes later."""

from uuid import UUID

from hazardmap.core.fusion.identity import match
from tests.fuse import fuse
from tests.fused import CONE, HOUR, PARAMS, certain_cone
from tests.scenes import NOON, Fleet, ahead


def by_id(fused):
    return {one.hazard.id: one.observation_ids for one in fused}


def test_identity_follows_the_observations():
    fleet = certain_cone(2)
    stored = fuse(fleet.views, fleet.observations, PARAMS)[0]
    old = {stored.hazard.id: stored.observation_ids}
    fleet.drive(77, NOON - HOUR, there=[CONE])  # late, and earlier than everything
    again = fuse(fleet.views, fleet.observations, PARAMS)
    assert again[0].hazard.id != stored.hazard.id
    matched = match(old, by_id(again))
    assert matched.ids[again[0].hazard.id] == stored.hazard.id
    assert not matched.new
    assert not matched.gone


def test_identity_tells_merged_from_vanished():
    fleet = certain_cone(2)
    fused = fuse(fleet.views, fleet.observations, PARAMS)
    ids = sorted(fused[0].observation_ids)
    big, small, lost = UUID(int=1), UUID(int=2), UUID(int=3)
    stored = {small: frozenset(ids[:2]), big: frozenset(ids[2:]), lost: frozenset({UUID(int=9)})}
    matched = match(stored, by_id(fused))
    assert matched.ids == {fused[0].hazard.id: big}
    assert matched.gone == {small: big, lost: None}


def test_one_that_is_known_takes_no_other_id_and_is_an_heir():
    known, other, gone = UUID(int=1), UUID(int=2), UUID(int=3)
    found = {known: frozenset({UUID(int=8), UUID(int=9)}), other: frozenset({UUID(int=7)})}
    stored = {gone: frozenset({UUID(int=8), UUID(int=9)})}
    matched = match(stored, found, {known: UUID(int=4), UUID(int=5): UUID(int=6)})
    assert matched.ids == {known: UUID(int=4), other: other}
    assert matched.new == {other}
    assert matched.gone == {gone: UUID(int=4)}


def test_a_split_hazard_never_takes_the_id_of_its_other_half():
    fleet = Fleet()
    pair = [ahead(30.0, "cow", right_m=8.0), ahead(48.0, "cow", right_m=-8.0)]
    fleet.drive(1, there=pair)
    a, b = fuse(fleet.views, fleet.observations, PARAMS)
    larger, smaller = sorted([a, b], key=lambda one: -len(one.observation_ids))
    stored = {smaller.hazard.id: larger.observation_ids | smaller.observation_ids}
    matched = match(stored, by_id([a, b]))
    assert matched.ids[larger.hazard.id] == smaller.hazard.id
    assert matched.ids[smaller.hazard.id] not in {smaller.hazard.id, larger.hazard.id}
    assert len(matched.new) == 1
