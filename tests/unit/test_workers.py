"""No thread of the web server makes its first asker wait for the database."""

from concurrent.futures import ThreadPoolExecutor
from threading import get_ident
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from hazardmap.hazards import change_feed, search
from hazardmap.workers import post_worker_init

THREADS = 4


def begun(monkeypatch: pytest.MonkeyPatch, *, broken: bool = False) -> set[int]:
    """The threads of a new worker that have asked the database."""
    asked = set()

    def changed_at() -> None:
        asked.add(get_ident())
        if broken:
            raise OperationalError

    monkeypatch.setattr(change_feed, "changed_at", changed_at)
    monkeypatch.setattr(search, "page", lambda *_, **__: [])
    pool = ThreadPoolExecutor(THREADS)
    post_worker_init(SimpleNamespace(cfg=SimpleNamespace(threads=THREADS), tpool=pool))
    answered = pool.submit(lambda: True)
    assert answered.result(10)
    pool.shutdown()
    return asked


def test_each_thread_asks_once_before_anybody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(begun(monkeypatch)) == THREADS


def test_without_a_database_a_worker_answers_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(begun(monkeypatch, broken=True)) == THREADS
