"""What the map tells of a belief that is known to be too sure."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.telling import believed_p, published_p
from tests.fuse import fuse
from tests.scenes import NOON, Fleet, ahead

shares = st.floats(0.0, 1.0)
doubts = st.floats(0.0, 5.0)


@given(shares, shares, doubts)
def test_what_is_told_keeps_the_order_and_is_never_surer(one, other, doubt):
    low, high = sorted((one, other))
    assert 0.0 <= published_p(low, doubt) <= published_p(high, doubt) <= 1.0
    assert published_p(high, doubt) <= high + 1e-12


@given(shares, doubts)
def test_what_is_told_can_be_taken_back(p, doubt):
    assert believed_p(published_p(p, doubt), doubt) == pytest.approx(p, abs=1e-9)
    assert (published_p(0.0, doubt), published_p(1.0, doubt), published_p(p, 0.0)) == (
        0.0,
        1.0,
        pytest.approx(p),
    )


def test_a_row_is_told_less_surely_than_believed_and_still_published_by_a_second_witness():
    params = FusionParams()
    fleet = Fleet()
    row = [ahead(36.0 + 9.0 * i, "cone") for i in range(3)]
    for witness in range(2):
        fleet.drive(witness, NOON + witness * timedelta(minutes=30), there=row)
    doubted = fuse(fleet.views, fleet.observations, params)
    plain = fuse(fleet.views, fleet.observations, replace(params, row_doubt=0.0))
    assert [one.hazard.id for one in doubted] == [one.hazard.id for one in plain]
    assert all(one.hazard.published for one in doubted)
    assert all(one.hazard.p < two.hazard.p for one, two in zip(doubted, plain, strict=True))
    for one in doubted:
        assert one.evidence[-1].p_after == one.hazard.p


@pytest.mark.parametrize("wrong", [-0.1, float("nan"), 11.0])
def test_an_impossible_doubt_is_refused(wrong):
    with pytest.raises(ValueError, match="row_doubt"):
        FusionParams(row_doubt=wrong)
