"""Statements of the night and of the operator: they may read a whole table, which no request may
wait for, and have helpers for it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection, transaction

_LIMITS = {"statement_timeout": 0, "max_parallel_workers_per_gather": 2}


@contextmanager
def unhurried() -> Iterator[None]:
    """A transaction whose statements take as long as they need."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(";".join(f"SET LOCAL {name} = {to}" for name, to in _LIMITS.items()))
        yield


@contextmanager
def unhurried_session() -> Iterator[None]:
    """The same for all transactions of a command or of a task."""
    with connection.cursor() as cursor:
        cursor.execute(";".join(f"SET {name} = {to}" for name, to in _LIMITS.items()))
    try:
        yield
    finally:
        # A connection that was lost has no limits to give back.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute(";".join(f"RESET {name}" for name in _LIMITS))
