"""The judgement of a site's condition, from values alone."""

from datetime import timedelta

import pytest

from hazardmap.core.operation import condition
from hazardmap.core.operation.condition import Health, Limits

S, H = timedelta(seconds=1), timedelta(hours=1)
LIMITS = Limits(late=10 * S, stuck=60 * S)
OK, LATE, STUCK = Health.OK, Health.LATE, Health.STUCK


@pytest.mark.parametrize(
    ("age", "verdict"),
    [(None, OK), (0 * S, OK), (10 * S, OK), (11 * S, LATE), (60 * S, LATE), (61 * S, STUCK)],
)
def test_what_waits_is_judged_by_its_oldest(age, verdict):
    assert condition.waiting("x", age, LIMITS).verdict is verdict


@pytest.mark.parametrize(
    ("age", "verdict"), [(None, LATE), (5 * S, OK), (30 * S, LATE), (61 * S, STUCK)]
)
def test_what_is_done_again_and_again(age, verdict):
    assert condition.done("x", age, LIMITS, never=LATE).verdict is verdict


def test_every_limit_is_late_before_it_is_stuck():
    limits = [value for value in vars(condition).values() if isinstance(value, Limits)]
    assert len(limits) == 15
    assert all(timedelta(0) < one.late < one.stuck for one in limits)


@pytest.mark.parametrize(
    ("line", "verdict", "said"),
    [
        (condition.answering("redis", ""), OK, "answers"),
        (condition.answering("redis", "refused"), STUCK, "refused"),
        (condition.database(12_345_678_901), OK, "answers, 12.3 GB"),
        (condition.detector("road-1-ab", ""), OK, "road-1-ab"),
        (condition.detector("", ""), LATE, "no worker has been started yet"),
        (condition.detector("road-1-ab", "gone"), STUCK, "road-1-ab, gone"),
        (condition.places(0, None), OK, "nothing waits"),
        (condition.places(3, 2 * H), LATE, "3 wait for a version that is 2 h old"),
        (condition.places(3, 13 * H), STUCK, "3 wait for a version that is 13 h old"),
        (condition.publisher(None, 0, is_built=True), OK, "nothing waits"),
        (condition.publisher(None, 0, is_built=False), LATE, "to be made anew, nothing waits"),
        (
            condition.publisher(2 * H, 7, is_built=False),
            STUCK,
            "to be made anew, 7 changes wait, the oldest for 2 h",
        ),
        (condition.usage_logs(None, 0, 1), LATE, "nothing waits, 1 set aside as .broken"),
        (condition.usage_logs(H, 80, 0), STUCK, "80 bytes to be loaded, the oldest for 60 min"),
        (condition.payments(None, 0, ""), OK, "nothing waits"),
        (condition.payments(2 * H, 0, ""), LATE, "the oldest for 2 h"),
        (condition.payments(2 * H, 3, "away"), LATE, "3 tries in vain: away"),
        (condition.payments(None, 12, "away"), STUCK, "12 tries in vain: away"),
        (condition.payments(25 * H, 1, "away"), STUCK, "1 tries in vain: away"),
        (condition.partitions([], of_now=False), OK, "this month's and the next's are there"),
        (condition.partitions(["a", "b"], of_now=False), LATE, "missing: a, b"),
        (condition.partitions(["a"], of_now=True), STUCK, "missing: a"),
        (condition.disk(20_000_000_000), OK, "20.0 GB free"),
        (condition.disk(4_000_000_000), LATE, "4.0 GB free"),
        (condition.disk(900_000_000, of="tiles"), STUCK, "0.9 GB free"),
    ],
)
def test_the_other_lines(line, verdict, said):
    assert (line.verdict, line.said) == (verdict, said)


def test_one_stuck_line_makes_a_site_stuck():
    assert not condition.is_stuck([condition.disk(4_000_000_000), condition.answering("x", "")])
    assert condition.is_stuck([condition.disk(4_000_000_000), condition.answering("x", "no")])
