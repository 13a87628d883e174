"""Limits are counted together in Redis, and alone where there is none."""

import socket
import time
from uuid import uuid4

import pytest

from hazardmap.platform.rate_limit import allow, spend
from hazardmap.platform.redis_script import PROCESSES_AT_MOST


def redis_at(settings, location):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": location}}


def counts(limit: int, tries: int) -> list[bool]:
    bucket = f"test:{uuid4()}"
    return [allow(bucket, limit=limit, period_s=3600) for _ in range(tries)]


def test_the_limit_holds():
    assert counts(3, 5) == [True, True, True, False, False]


def test_a_bucket_fills_again_and_refusals_cost_nothing(monkeypatch):
    bucket, clock = f"test:{uuid4()}", [1_800_000_000.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    left = [spend(bucket, limit=2, period_s=60) for _ in range(20)]
    assert [one.events for one in left[:3]] == [1, 0, -1]
    assert [one.reset_s for one in left[:3]] == [30, 60, 60]
    clock[0] += 31
    assert [spend(bucket, limit=2, period_s=60).events for _ in range(2)] == [0, -1]


def test_buckets_do_not_share():
    assert counts(1, 1) == counts(1, 1) == [True]


@pytest.mark.parametrize("location", ["unix:///nowhere/redis.sock", "redis://127.0.0.1:1/0", ""])
def test_without_redis_a_process_allows_its_part_at_once(settings, location):
    redis_at(settings, location)
    started = time.monotonic()
    assert counts(3 * PROCESSES_AT_MOST, 5) == [True, True, True, False, False]
    assert counts(1, 2) == [True, False], "not closed, either"
    assert time.monotonic() - started < 5


def test_a_redis_that_hangs_costs_a_second_not_the_request(settings, tmp_path):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen(1)
        redis_at(settings, f"unix://{tmp_path}/s")
        started = time.monotonic()
        assert counts(1, 1) == [True]
        assert time.monotonic() - started < 10
