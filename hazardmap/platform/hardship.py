"""Errors that belong to what was asked, not to the database being away, and how to go on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from django.db import DataError, IntegrityError, OperationalError, connection
from psycopg import errors

IMPOSSIBLE: Final = (ValueError, KeyError, ArithmeticError, DataError, IntegrityError)
"""What impossible values end in, here or at a constraint of the database."""
PATIENT: Final = timedelta(minutes=5)
"""How long a statement may take for something that was too much before."""
_FIRST: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(hours=6)
_TOO_MUCH = (
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.OutOfMemory,
)


class TooMuch(Exception):
    """A statement was cancelled for its time, got no lock in time, or found no memory."""


@contextmanager
def hardship() -> Iterator[None]:
    """Raises TooMuch for such an OperationalError; others, of a lost connection, pass."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, _TOO_MUCH):
            raise TooMuch(str(error).strip()) from error
        raise


def patiently() -> None:
    """Statements of this transaction may take longer from here on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{PATIENT.seconds}s"])


def pause(attempts: int) -> timedelta:
    """Before another one, after so many (1 or more): longer each time."""
    return min(_FIRST * (1 << min(attempts - 1, 16)), _LONGEST)
