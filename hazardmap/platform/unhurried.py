"""Statements of the night and of the operator: they may read a whole table, which no request may
wait for."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection, transaction


@contextmanager
def unhurried() -> Iterator[None]:
    """A transaction whose statements take as long as they need."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield


@contextmanager
def unhurried_session() -> Iterator[None]:
    """The same for all transactions of a command or of a task."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        # A connection that was lost has no limits to give back.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
