"""The order of the review queue."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.fusion.hazard import Hazard, State
from hazardmap.core.kinds import DAY_S, HOUR_S
from hazardmap.core.operation.review import risk

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DEBRIS = Hazard(
    id=UUID(int=1),
    kind="debris",
    state=State.CANDIDATE,
    lon=24.9,
    lat=60.2,
    cov_ee_m2=4.0,
    cov_en_m2=0.0,
    cov_nn_m2=4.0,
    radius_m=5.0,
    p=0.8,
    t_ref=NOW - timedelta(hours=1),
    half_life_s=4 * HOUR_S,
    phantom=0.0,
    severity=3,
    first_seen=NOW - timedelta(hours=2),
    last_seen=NOW - timedelta(hours=1),
    passes=1,
    witnesses=1,
    published=False,
    confirmed=False,
    simulated=False,
    expires_at=NOW + timedelta(hours=4),
)
probabilities = st.floats(0.01, 1.0)
severities = st.integers(1, 3)
ages_s = st.floats(0.0, 30 * DAY_S)


@st.composite
def hazards(draw):
    seen = NOW - timedelta(seconds=draw(ages_s))
    return replace(
        DEBRIS,
        severity=draw(severities),
        p=draw(probabilities),
        t_ref=seen,
        last_seen=seen,
        half_life_s=draw(st.floats(300.0, 30 * DAY_S)),
        published=draw(st.booleans()),
    )


def test_the_most_urgent_is_dangerous_unconfirmed_and_new():
    assert risk(DEBRIS, NOW) > risk(replace(DEBRIS, severity=2), NOW)
    assert risk(DEBRIS, NOW) > risk(replace(DEBRIS, published=True), NOW)
    assert risk(DEBRIS, NOW) > risk(replace(DEBRIS, last_seen=NOW - timedelta(days=2)), NOW)


def test_known_value():
    """Severity 3 (9) × 0.8 halved by four hours × unconfirmed (2) × a day since it was seen (½)."""
    hazard = replace(DEBRIS, t_ref=NOW - timedelta(hours=4), last_seen=NOW - timedelta(days=1))
    assert risk(hazard, NOW) == 9 * 0.4 * 2 * 0.5


@given(hazards(), ages_s)
def test_waiting_never_makes_a_hazard_more_urgent(hazard, wait_s):
    assert 0.0 <= risk(hazard, NOW + timedelta(seconds=wait_s)) <= risk(hazard, NOW)


@given(hazards(), probabilities)
def test_a_more_probable_hazard_is_never_less_urgent(hazard, p):
    lower, higher = sorted([hazard.p, p])
    assert risk(replace(hazard, p=lower), NOW) <= risk(replace(hazard, p=higher), NOW)


@given(hazards())
def test_a_clock_that_is_behind_counts_as_now(hazard):
    early = replace(hazard, t_ref=NOW, last_seen=NOW)
    assert risk(early, NOW - timedelta(hours=1)) == risk(early, NOW)
