"""Laws of fusion: a pure function of the set, whatever the place on earth."""

import math
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.decay import probability_at
from hazardmap.core.fusion.hazard import Hazard, State
from hazardmap.core.fusion.lifecycle import expiry
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.verdict import Ruling, Verdict
from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.geodesy import between
from hazardmap.core.kinds import KINDS
from tests.fuse import fuse
from tests.scenes import HELSINKI, NOON, Fleet, ahead

PARAMS = FusionParams()
FEW = settings(max_examples=25, deadline=None)
KIND_NAMES = sorted(KINDS)

truths = st.lists(
    st.tuples(st.floats(15, 70), st.sampled_from(KIND_NAMES), st.floats(-6, 6)),
    min_size=1,
    max_size=4,
)
# Of each drive: witness, minutes since noon, which of the things it reports, conditions.
drives = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.integers(0, 600),
        st.integers(0, 15),
        st.fixed_dictionaries(
            {
                "dark": st.booleans(),
                "usable": st.booleans(),
                "edge": st.booleans(),
                "offset_m": st.floats(0, 10),
            }
        ),
    ),
    min_size=1,
    max_size=7,
)


def town(things, journeys, start=HELSINKI, seed=3):
    """A fleet that has driven these journeys past these things."""
    there = [ahead(m, kind, start=start, right_m=right) for m, kind, right in things]
    fleet = Fleet(seed, start=start)
    for witness, minutes, mask, conditions in journeys:
        seen = [truth for i, truth in enumerate(there) if mask >> i & 1]
        fleet.drive(witness, NOON + timedelta(minutes=minutes), there=seen, **conditions)
    return fleet


def verdicts_on(fleet, decision):
    half = frozenset(o.id for o in fleet.observations[::2])
    id_ = fleet.views[0].frame_id
    at = NOON + timedelta(minutes=300)
    return [Verdict(id_, at, decision, *HELSINKI, "deer", half)] if half else []


@FEW
@given(truths, drives, st.sampled_from(Ruling), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(things, journeys, decision, shuffler: random.Random):
    fleet = town(things, journeys)
    verdicts = verdicts_on(fleet, decision)
    expected = fuse(fleet.views, fleet.observations, PARAMS, verdicts)
    views, seen = fleet.views + fleet.views[::3], fleet.observations + fleet.observations[::2]
    shuffler.shuffle(views)
    shuffler.shuffle(seen)
    assert fuse(views, seen, PARAMS, verdicts * 2) == expected


@FEW
@given(truths, truths, drives)
def test_far_places_do_not_influence_each_other(here_things, there_things, journeys):
    here = town(here_things, journeys)
    there = town(there_things, journeys, start=(25.5, 60.5), seed=4)
    together = fuse(here.views + there.views, here.observations + there.observations, PARAMS)
    apart = fuse(here.views, here.observations, PARAMS)
    apart += fuse(there.views, there.observations, PARAMS)
    assert together == sorted(apart, key=lambda one: one.hazard.id)


@FEW
@given(truths, drives, st.sampled_from(Ruling))
def test_every_hazard_is_sound(things, journeys, decision):
    fleet = town(things, journeys)
    for one in fuse(fleet.views, fleet.observations, PARAMS, verdicts_on(fleet, decision)):
        _check_sound(one.hazard)
        assert all(0.0 <= item.p_after <= 1.0 for item in one.evidence)
        assert all(math.isfinite(item.log2_ratio) for item in one.evidence)
        checked = any(i.checked for i in one.evidence if i.seen)
        reporters = {i.witness for i in one.evidence if i.seen}
        assert one.hazard.witnesses == (len(reporters) if checked else 1)
        assert one.hazard.passes == sum(item.seen for item in one.evidence)
        seen_by_two = checked and len(reporters) >= 2
        assert one.hazard.published <= (one.hazard.confirmed or seen_by_two)


def _check_sound(hazard: Hazard):
    numbers = (hazard.p, hazard.phantom, hazard.lon, hazard.lat, hazard.radius_m)
    assert all(math.isfinite(number) for number in numbers)
    assert 0.0 <= hazard.p <= 1.0
    assert 0.0 <= hazard.phantom <= 1.0
    assert hazard.p + hazard.phantom <= 1.0 + 1e-9
    assert hazard.cov_ee_m2 * hazard.cov_nn_m2 > hazard.cov_en_m2**2
    assert 0.0 < hazard.radius_m < 300.0
    assert hazard.first_seen <= hazard.last_seen
    assert hazard.t_ref <= hazard.expires_at
    assert hazard.published <= (hazard.state in {State.ACTIVE, State.CANDIDATE, State.FADING})


@FEW
@given(truths, drives, st.integers(0, 10**6))
def test_a_confirmation_renews_nothing(things, journeys, minutes):
    """Nothing is younger than what cameras have told of it, however late a moderator looks."""
    fleet = town(things, journeys)
    late = NOON + timedelta(minutes=minutes)
    words = [replace(one, at=late) for one in verdicts_on(fleet, Ruling.CONFIRM)]
    for one in fuse(fleet.views, fleet.observations, PARAMS, words):
        newest = max(item.last_at for item in one.evidence)
        latest = expiry(newest, PARAMS.p_max, one.hazard.half_life_s, PARAMS.limits)
        assert one.hazard.t_ref <= newest
        assert one.hazard.expires_at <= latest + timedelta(seconds=1)


@FEW
@given(truths, drives)
def test_no_observation_supports_two_hazards(things, journeys):
    fleet = town(things, journeys)
    fused = fuse(fleet.views, fleet.observations, PARAMS)
    held = [id_ for one in fused for id_ in one.observation_ids]
    assert len(held) == len(set(held))
    assert set(held) <= {observation.id for observation in fleet.observations}
    assert len({one.hazard.id for one in fused}) == len(fused)


@FEW
@given(
    truths,
    drives,
    st.sampled_from([(180.0, 0.001), (-179.9999, -17.0), (24.9, 89.99), (100.0, -89.995)]),
)
def test_the_same_drives_give_the_same_map_anywhere(things, journeys, start):
    """Antimeridian and poles: everything but the coordinates is as in Helsinki.

    Only nearly so: a distance on the edge of a recall bin may fall to either side.
    """
    home, far = town(things[:1], journeys), town(things[:1], journeys, start=start)
    expected = fuse(home.views, home.observations, PARAMS)
    found = fuse(far.views, far.observations, PARAMS)
    assert Counter(one.hazard.kind for one in found) == Counter(one.hazard.kind for one in expected)
    p_there = sorted(one.hazard.p for one in found)
    assert p_there == pytest.approx(sorted(one.hazard.p for one in expected), abs=0.05)
    for one in found:
        _check_sound(one.hazard)
        assert between(start[0], start[1], one.hazard.lon, one.hazard.lat)[1] < 250.0


@FEW
@given(st.integers(1, 30), st.sampled_from(KIND_NAMES), st.integers(0, 5000))
def test_one_witness_never_publishes(passes, kind, minutes_apart):
    fleet = Fleet()
    thing = ahead(40.0, kind)
    for i in range(passes):
        fleet.drive(5, NOON + timedelta(minutes=i * minutes_apart), there=[thing])
    fused = fuse(fleet.views, fleet.observations, PARAMS)
    assert not any(one.hazard.published for one in fused)


@FEW
@given(st.integers(2, 5), st.integers(1, 15), st.sampled_from(KIND_NAMES))
def test_one_witness_never_clears(supporters, looks, kind):
    fleet = Fleet()
    thing = ahead(40.0, kind)
    for i in range(supporters):
        fleet.drive(i, NOON + timedelta(minutes=i), there=[thing])
    for i in range(looks):
        fleet.drive(77, NOON + timedelta(minutes=10 + 2 * i))
    fused = fuse(fleet.views, fleet.observations, PARAMS)
    assert State.CLEARED not in {one.hazard.state for one in fused}


@FEW
@given(st.sampled_from(KIND_NAMES), st.lists(st.floats(0, 1e7), min_size=2, max_size=6))
def test_probability_only_falls_between_looks(kind, ages_s):
    fleet = Fleet()
    fleet.drive(1, there=[ahead(25.0, kind)])
    for one in fuse(fleet.views, fleet.observations, PARAMS):
        hazard = one.hazard
        values = [
            probability_at(
                hazard.p, hazard.t_ref, hazard.half_life_s, hazard.t_ref + timedelta(seconds=age)
            )
            for age in sorted(ages_s)
        ]
        assert values == sorted(values, reverse=True)
        end = probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, hazard.expires_at)
        assert end == pytest.approx(min(hazard.p, PARAMS.limits.expire), rel=1e-4)


@FEW
@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(allow_nan=True, allow_infinity=True),
    st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
    st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
)
def test_nonsense_from_a_receiver_never_becomes_nonsense_on_the_map(
    accuracy_m, heading_sigma_deg, heading_deg, speed_mps
):
    fleet = town([(40.0, "cone", 3.0)], [(1, 0, 1, {}), (2, 5, 0, {})])
    views = [
        replace(
            view,
            accuracy_m=accuracy_m,
            heading_sigma_deg=heading_sigma_deg,
            heading_deg=heading_deg,
            speed_mps=speed_mps,
            occluders=(Box(0.0, 0.0, 0.5, 1.0),),
        )
        for view in fleet.views
    ]
    for one in fuse(views, fleet.observations, PARAMS):
        hazard = one.hazard
        assert all(math.isfinite(v) for v in (hazard.p, hazard.lon, hazard.lat, hazard.radius_m))


@FEW
@given(truths, drives, st.floats(-3, 3))
def test_a_clock_that_jumps_back_is_just_another_order(things, journeys, hours):
    fleet = town(things, journeys)
    jump = timedelta(hours=hours)
    views = [
        replace(view, captured_at=view.captured_at + jump) if i % 5 > 2 else view
        for i, view in enumerate(fleet.views)
    ]
    for one in fuse(views, fleet.observations, PARAMS):
        _check_sound(one.hazard)
