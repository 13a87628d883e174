"""States with hysteresis, the persistence filter, and how kinds are confused."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.fusion.hazard import State
from hazardmap.core.fusion.lifecycle import Thresholds, is_published, next_state
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.persistence import Belief, Likelihood, predicted, updated, with_exists
from hazardmap.core.geometry.box import Box
from hazardmap.core.kinds import FAMILY, KINDS, compatible
from hazardmap.core.seeing.association import overlap
from hazardmap.core.seeing.passes import split
from tests.fused import CONE, HOUR, SHARP, certain_cone, the_only
from tests.scenes import NOON, Fleet

LIMITS = Thresholds()
shares = st.floats(0, 1)
beliefs = (
    st.tuples(*[shares] * 6)
    .filter(lambda t: sum(t) > 1e-3)
    .map(lambda t: Belief(*(x / sum(t) for x in t)))
)

UNHURRIED = settings(deadline=None)  # the machine may be busy


def test_a_hazard_fades_later_than_it_is_published():
    states = []
    state = State.CANDIDATE
    for p in (0.4, 0.6, 0.45, 0.36, 0.3, 0.45, 0.55):
        state = next_state(state, p, is_published(p, 2, False, LIMITS), LIMITS)
        states.append(state.value)
    assert states == ["candidate", "active", "active", "active", "fading", "fading", "active"]


def test_publication_needs_two_witnesses_or_a_moderator():
    assert not is_published(0.99, 1, False, LIMITS)
    assert is_published(0.5, 2, False, LIMITS)
    assert is_published(0.1, 0, True, LIMITS)


@UNHURRIED
@given(beliefs, st.floats(-1e5, 1e8), st.floats(0, 1e7), st.floats(60, 1e7), shares)
def test_decay_is_monotone_and_does_not_depend_on_its_steps(
    belief, early_s, more_s, half_life_s, shared
):
    once = predicted(belief, max(early_s, 0.0) + more_s, half_life_s, shared)
    twice = predicted(predicted(belief, early_s, half_life_s, shared), more_s, half_life_s, shared)
    assert tuple(once) == pytest.approx(tuple(twice), abs=1e-9)
    assert once.exists <= belief.exists
    assert once.phantom == pytest.approx(belief.phantom)
    assert sum(once) == pytest.approx(1.0)


@UNHURRIED
@given(beliefs, st.tuples(*[st.floats(0, 1e3)] * 3), shares)
def test_bayes_keeps_a_belief_a_belief(belief, weights, trust):
    after = updated(belief, Likelihood(*weights).tempered(trust))
    assert sum(after) == pytest.approx(1.0)
    assert all(0.0 <= p <= 1.0 for p in after)
    assert math.isfinite(Likelihood(*weights).log2_ratio)


@UNHURRIED
@given(beliefs, st.tuples(*[st.floats(0.01, 100)] * 3))
def test_an_untrusted_pass_says_nothing(belief, weights):
    assert updated(belief, Likelihood(*weights).tempered(0.0)) == pytest.approx(tuple(belief))


@UNHURRIED
@given(beliefs, shares)
def test_setting_the_probability_keeps_the_rest_in_proportion(belief, p):
    after = with_exists(belief, p)
    assert after.exists == p
    assert sum(after) == pytest.approx(1.0)
    assert after.phantom * belief.nothing == pytest.approx(after.nothing * belief.phantom)


@UNHURRIED
@given(st.sampled_from(sorted(KINDS)), st.sampled_from(sorted(KINDS)))
def test_kinds_that_may_be_confused_form_families(a, b):
    assert compatible(a, b) == (FAMILY[a] == FAMILY[b])


def test_overlap_of_boxes():
    box = Box(0.1, 0.1, 0.3, 0.3)
    assert overlap(box, box) == pytest.approx(1.0)
    assert overlap(box, Box(0.2, 0.1, 0.4, 0.3)) == pytest.approx(1 / 3)
    assert overlap(box, Box(0.3, 0.3, 0.4, 0.4)) == 0.0
    assert overlap(Box(0.3, 0.3, 0.3, 0.3), Box(0.3, 0.3, 0.3, 0.3)) == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        {"default_trust": 1.1},
        {"trusts": {3: math.nan}},
        {"prior_exists": 0.6, "prior_phantom": 0.5},
        {"half_lives_s": {"cone": 0.0}},
    ],
)
def test_impossible_parameters_are_refused(wrong):
    with pytest.raises(ValueError, match=r"trust|prior|half-life"):
        FusionParams(**wrong)


def test_a_pass_ends_after_a_minute_of_silence():
    fleet = Fleet()
    fleet.drive(1, NOON)
    fleet.drive(1, NOON + timedelta(seconds=66))  # 60 s after the last frame
    fleet.drive(2, NOON + timedelta(seconds=1))
    fleet.drive(1, NOON + timedelta(seconds=133))
    passes = split(reversed(fleet.views))
    assert [len(one.views) for one in passes] == [13, 26, 13]
    assert [one.last_at for one in passes] == sorted(one.last_at for one in passes)
    assert len({one.id for one in passes}) == 3
    moved = split([replace(view, witness=9) for view in fleet.views])
    assert [one.id for one in moved] == [one.id for one in passes]


def test_who_denied_it_before_it_was_seen_again_denies_it_no_more():
    fleet = certain_cone()
    for i in range(20):
        fleet.drive(99, NOON + HOUR + i * timedelta(minutes=2))
    fleet.drive(98, NOON + 2 * HOUR, there=[CONE])
    for i in range(20):
        fleet.drive(97, NOON + 3 * HOUR + i * timedelta(minutes=2))
    assert the_only(fleet, SHARP).state is State.FADING
