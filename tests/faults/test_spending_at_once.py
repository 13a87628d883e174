"""A cap under many processes at once, and with a Redis that is killed in between.

The processes are forks of one that has loaded Django; each asks the whole API, as a web process
is asked, until it is refused, and what was served is counted from the usage logs.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path

import pytest

from tests.capped_buyers import PROCESSES, buyers, capped, served, spent_by, statuses
from tests.stack import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_processes_at_once_do_not_pass_a_cap() -> None:
    """At most 1 % or 100 answers are allowed beyond it; there is none."""
    token = capped("5.30")  # 600 units
    assert buyers(token, redis=os.environ["REDIS_URL"], until=402, most=500).wait(120) == 0
    answers = served()
    units = sum(answer.quantity for answer in answers)
    assert len({answer.id for answer in answers}) == len(answers) == statuses()["200"]
    assert Decimal("5.28") < spent_by(units) <= Decimal("5.30")
    assert statuses()["402"] >= PROCESSES


@contextmanager
def redis_of_its_own(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    command = ["redis-server", "--port", "0", "--unixsocket", str(folder / "r"), "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as redis:
        try:
            wait_for("Redis", (folder / "r").exists, timeout_s=20)
            yield redis
        finally:
            with suppress(ProcessLookupError):
                redis.kill()


def test_without_redis_buyers_are_served_a_little_and_not_far_beyond_their_cap(tmp_path) -> None:
    """kill -9 of Redis while eight processes sell: neither open nor closed.

    Each goes on from what it saw last. What others reserved after that may lie beyond the cap: by
    100 answers at most, as is promised; a few units in practice. Open they would sell three times
    the cap.
    """
    cap, answer = Decimal("7.40"), Decimal("0.015")  # 1300 units; five units of the later tier
    token = capped(str(cap))
    with redis_of_its_own(tmp_path) as redis:
        selling = buyers(token, redis=f"unix://{tmp_path}/r", until=402, most=400)
        wait_for("the first answers", lambda: len(served()) > 20, timeout_s=60)
        redis.send_signal(signal.SIGKILL)
        redis.wait(10)
        before = len(served())
        time.sleep(1.5)
        during = len(served())
        assert selling.wait(120) == 0
    assert during > before, "not closed"
    units = sum(one.quantity for one in served())
    assert spent_by(units) <= cap + 100 * answer, "not open"
    assert statuses()["402"] >= PROCESSES, "each came to the cap"
    assert set(statuses()) <= {"200", "402", "429"}
