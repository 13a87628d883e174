"""The SQL of the tiles: one statement a file in tiles/sql, with named parameters."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

_FOLDER = Path(__file__).parent / "sql"


def rows(name: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """What a statement returns; none for one that only writes."""
    with connection.cursor() as cursor:
        cursor.execute(_text(name), parameters)
        return cursor.fetchall() if cursor.description else []


def columns(names: Iterable[str], table: Sequence[Sequence[object]]) -> dict[str, list[object]]:
    """A table as one array a column, for statements that `unnest` them."""
    return {name: [row[i] for row in table] for i, name in enumerate(names)}


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text()
