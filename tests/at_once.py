"""Jobs at the same time, each with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection, connections


def in_thread(pool: ThreadPoolExecutor, job: Callable[[], Any]) -> "Future[Any]":
    def run() -> Any:
        try:
            return job()
        finally:
            connections.close_all()

    return pool.submit(run)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Results of the jobs, each in a thread with a connection of its own, started together."""
    together = Barrier(len(jobs))

    def after_all_are_there(job: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            connection.ensure_connection()
            together.wait(20)
            return job()

        return run

    with ThreadPoolExecutor(len(jobs)) as pool:
        futures = [in_thread(pool, after_all_are_there(job)) for job in jobs]
        return [future.result(120) for future in futures]
