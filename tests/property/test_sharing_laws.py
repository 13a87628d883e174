"""Laws of the contributors' share: who told the truth first gets it, and the sums are exact."""

import math
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.hazard import Evidence
from hazardmap.core.pricing.attribution import paid_by_usage
from hazardmap.core.pricing.rating import Line, LineKind
from hazardmap.core.sharing import Trail, bits_told, penalties, weights
from hazardmap.core.verdict import Decision

FEW = settings(max_examples=60, deadline=None)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def told(witness: int, bits: float, p_after: float, *, seen: bool = True) -> Evidence:
    return Evidence(
        pass_id=UUID(int=witness),
        witness=witness,
        device_id=UUID(int=witness),
        first_at=NOON,
        last_at=NOON,
        seen=seen,
        score=0.8,
        visibility=0.9,
        log2_ratio=bits,
        frames=3,
        observations=(),
        best_observation=None,
        p_after=p_after,
    )


evidence = st.builds(told, st.integers(1, 4), st.floats(-39, 39), st.floats(0, 1))
trails = st.builds(
    Trail,
    st.lists(evidence, max_size=6),
    st.just(3600.0),
    st.none() | st.sampled_from(list(Decision)),
)


@given(
    st.dictionaries(st.integers(1, 5).map(lambda n: UUID(int=n)), trails, max_size=4),
    st.dictionaries(
        st.none() | st.integers(1, 6).map(lambda n: UUID(int=n)),
        st.fractions(1, 50),
        min_size=1,
        max_size=5,
    ),
)
@FEW
def test_all_that_was_delivered_is_somebodys_or_nobodys(found, delivered):
    shares = weights(delivered, found)
    assert sum(shares.values()) == sum(delivered.values())
    assert all(share > 0 for share in shares.values())
    spoilt = penalties(delivered, found)
    assert all(units > 0 for units in spoilt.values())
    assert sum(spoilt.values()) <= sum(delivered.values())


def test_the_first_to_tell_earns_more_than_who_repeats_it():
    denied = told(3, -3.0, 0.97, seen=False)
    trail = Trail([told(1, 5.0, 0.9), told(2, 5.0, 0.996), denied], 3600.0)
    bits = bits_told(trail)
    before = 0.9 / (0.9 + 0.1 * 32)
    assert float(bits[1]) == pytest.approx(math.log2(0.9 / before), abs=1e-6)
    assert float(bits[2]) == pytest.approx(math.log2(0.996 / 0.9), abs=1e-6)
    assert bits[3] < 0, "who denied what was there told against the truth"


def test_who_denies_what_was_never_there_earns():
    claims = [told(1, 5.0, 0.9), told(2, -6.0, 0.12, seen=False)]
    for verdict in (None, Decision.REJECT):
        bits = bits_told(Trail(claims, 3600.0, verdict))
        assert bits[1] < 0 < bits[2]
    bits = bits_told(Trail(claims, 3600.0, Decision.CONFIRM))
    assert bits[2] < 0 < bits[1]


lines = st.lists(
    st.tuples(
        st.sampled_from([kind for kind in LineKind if kind is not LineKind.TAX]),
        st.integers(0, 99),
        st.integers(-(10**9), 10**9),
    ),
    max_size=6,
)


@given(lines)
@FEW
def test_what_was_paid_is_attributed_to_usage_without_rest(rows):
    known = [(UUID(int=n), Line(kind, str(n), *row)) for n, (kind, *row) in enumerate(rows)]
    paid = paid_by_usage(known)
    used = {id_ for id_, line in known if line.kind is LineKind.USAGE}
    assert set(paid) <= used
    if paid:
        assert sum(paid.values()) == max(0, sum(line.amount_micro for _, line in known))
    else:
        assert all(
            line.quantity <= 0 and line.amount_micro <= 0 for id_, line in known if id_ in used
        )
    assert weights({}, {}) == {None: Fraction(1)}
