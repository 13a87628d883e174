"""What pages say about probabilities, kinds and states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.capture.models import Frame
from hazardmap.core.fusion.hazard import State
from hazardmap.core.kinds import GROUP_LABELS, KINDS, SEVERITY_LABELS, Group
from hazardmap.web.words import LIKELIHOODS, PROVENANCES, STATES, likelihood


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_probable_never_sounds_less_probable(a, b):
    order = [words for _, words in LIKELIHOODS]
    low, high = sorted([a, b])
    assert order.index(likelihood(high)) <= order.index(likelihood(low))


@pytest.mark.parametrize("p", [-0.01, 1.01, float("nan")])
def test_what_is_no_probability_has_no_words(p):
    with pytest.raises(ValueError, match="probability"):
        likelihood(p)


def test_the_publishing_bound_sounds_likely():
    assert likelihood(0.5) == "likely"
    assert likelihood(0.499) == "possible"


def test_everything_that_is_shown_has_words():
    assert set(STATES) == {state.value for state in State}
    assert set(GROUP_LABELS) == set(Group)
    assert set(SEVERITY_LABELS) >= {kind.severity for kind in KINDS.values()}
    assert set(PROVENANCES) == set(Frame.Provenance.values)
