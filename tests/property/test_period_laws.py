"""Laws of periods: months without a gap, and shares of an amount that make it up."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hazardmap.core.selling.pricing.period import Period, month_of, prorated

FEW = settings(max_examples=60, deadline=None)
MONTH = month_of(datetime(2026, 2, 14, tzinfo=UTC))
moments = st.integers(0, MONTH.length_s - 1).map(lambda s: MONTH.start + timedelta(seconds=s))


@given(st.integers(-(10**12), 10**12), st.sets(moments, max_size=6))
@FEW
def test_parts_of_a_period_make_up_its_amount(amount, cuts):
    edges = sorted({MONTH.start, *cuts, MONTH.end})
    parts = [Period(*edge) for edge in pairwise(edges)]
    assert sum(part.length_s for part in parts) == MONTH.length_s
    assert sum(prorated(amount, of=MONTH, part=part) for part in parts) == amount


zones = st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])
ever = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=zones)  # noqa: DTZ001


@given(ever)
@example(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
@FEW
def test_months_follow_each_other_without_a_gap(at):
    month = month_of(at)
    assert at in month
    assert (month.start.day, month.start.month) == (1, at.astimezone(UTC).month)
    assert month_of(month.end - timedelta(seconds=1)) == month != month_of(month.end)
    assert month_of(month.end).start == month.end


periods = (
    st.tuples(moments, moments).filter(lambda two: two[0] < two[1]).map(lambda two: Period(*two))
)


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (datetime(2026, 1, 1), datetime(2026, 2, 1, tzinfo=UTC), "on a second in UTC"),  # noqa: DTZ001
        (MONTH.start, MONTH.end.astimezone(timezone(timedelta(hours=2))), "on a second in UTC"),
        (MONTH.start, MONTH.end + timedelta(microseconds=1), "on a second in UTC"),
        (MONTH.start, MONTH.start, "must end after it starts"),
        (MONTH.end, MONTH.start, "must end after it starts"),
    ],
)
def test_what_no_share_can_be_counted_of_is_no_period(start, end, why):
    with pytest.raises(ValueError, match=why):
        Period(start, end)


@pytest.mark.parametrize("beyond", [(-1, 0), (0, 1)])
def test_nothing_is_due_for_a_time_outside_of_the_period(beyond):
    earlier, later = (timedelta(seconds=s) for s in beyond)
    with pytest.raises(ValueError, match="does not lie within"):
        prorated(100, of=MONTH, part=Period(MONTH.start + earlier, MONTH.end + later))


@given(periods, periods, st.data())
@FEW
def test_two_periods_overlap_in_what_lies_in_both(one, other, data):
    both = one.overlap(other)
    edges = [one.start, one.end, other.start, other.end]
    at = data.draw(moments | st.sampled_from(edges))
    assert (both is not None and at in both) == (at in one and at in other)
