"""What was paid for an invoice is what was paid for usage, to the last unit."""

from fractions import Fraction
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.selling.pricing.attribution import paid_by_usage
from hazardmap.core.selling.pricing.rating import Line, LineKind

FEW = settings(max_examples=60, deadline=None)
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
    costs = {id_: max(0, line.amount_micro) for id_, line in known if id_ in used}
    if paid:
        total = max(0, sum(line.amount_micro for _, line in known))
        assert sum(paid.values()) == total
        for id_, cost in costs.items() if any(costs.values()) else ():
            assert abs(paid[id_] - Fraction(total * cost, sum(costs.values()))) < 1
    else:
        assert all(
            line.quantity <= 0 and line.amount_micro <= 0 for id_, line in known if id_ in used
        )
