"""Statements of which a tile is made, asked past the driver's cursor.

A cursor takes three times as long for one as libpq below it (45 and 14 µs of the processor), and a
tile of some cells is hardly more than its statement. So only whole numbers go in, and only whole
numbers and bytes come out.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

from tiles.statement import text

_PARAMETER: Final = re.compile(r"%\((\w+)\)s")
_NO_SUCH_PLAN: Final = b"26000"  # invalid_sql_statement_name
_prepared: WeakKeyDictionary[psycopg.Connection[Any], set[str]] = WeakKeyDictionary()


def read(name: str, **numbers: int) -> list[tuple[Any, ...]]:
    """What the statement of this name returns; outside a transaction it is planned once for a
    connection, and again where the plan is gone: after a ROLLBACK the driver says DEALLOCATE ALL.
    """
    wrapper = connections["default"]
    wrapper.ensure_connection()
    sql, names = _numbered(name)
    values = [b"%d" % numbers[one] for one in names]
    with wrapper.wrap_database_errors:
        line = wrapper.connection.pgconn
        if wrapper.in_atomic_block:
            found = line.exec_params(sql, values, None, None, Format.BINARY)
        else:
            found = _planned(wrapper.connection, name, sql, values)
        _check(line, found, ExecStatus.TUPLES_OK)
    return _rows(found)


def _planned(
    connection: psycopg.Connection[Any], name: str, sql: bytes, values: list[bytes]
) -> PGresult:
    known, line = _prepared.setdefault(connection, set()), connection.pgconn
    while True:
        was_known = name in known
        if not was_known:
            _check(line, line.prepare(name.encode(), sql), ExecStatus.COMMAND_OK)
            known.add(name)
        found = line.exec_prepared(name.encode(), values, None, Format.BINARY)
        if not was_known or found.error_field(DiagnosticField.SQLSTATE) != _NO_SUCH_PLAN:
            return found
        known.clear()


def _rows(found: PGresult) -> list[tuple[Any, ...]]:
    readers = [_READERS[found.ftype(column)] for column in range(found.nfields)]
    return [
        tuple(
            None if (value := found.get_value(row, column)) is None else reader(value)
            for column, reader in enumerate(readers)
        )
        for row in range(found.ntuples)
    ]


def _check(line: PGconn, result: PGresult, wanted: ExecStatus) -> None:
    if result.status == wanted:
        return
    if line.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)


@cache
def _numbered(name: str) -> tuple[bytes, list[str]]:
    """The statement with parameters as libpq has them ($1, $2), and their names in this order."""
    sql = text(name)
    names = list(dict.fromkeys(_PARAMETER.findall(sql)))
    return _PARAMETER.sub(lambda one: f"${names.index(one[1]) + 1}", sql).encode(), names


def _number(value: bytes) -> int:
    return int.from_bytes(value, "big", signed=True)


def _oid(name: str) -> int:
    return psycopg.postgres.types[name].oid


_READERS: Final[Mapping[int, Callable[[bytes], int | bytes]]] = {
    _oid("int4"): _number,
    _oid("int8"): _number,
    _oid("bytea"): bytes,
}
