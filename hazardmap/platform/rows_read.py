"""The rows that a statement returns."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import Cursor

Values = Sequence[Any] | Mapping[str, Any]


def rows_read(sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """None of a statement that only writes."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def rows_prepared(sql: str, values: Values) -> list[tuple[Any, ...]]:
    """Of a statement that is asked over and over, as the database driver hands them over.

    It is planned once for a connection, and values come in binary: times, numbers and bytes need
    no Python to be read, which for many or for small answers is half of the work.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(sql, values, prepare=True, binary=True)
        return cursor.fetchall()
