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


def in_thread_of_its_own(job: Callable[[], Any]) -> Any:
    """Its result: a job with another connection than ours."""
    with ThreadPoolExecutor(1) as pool:
        return in_thread(pool, job).result(20)


def somebody_waits() -> bool:
    """Whether a connection to this database waits for a lock by now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])
