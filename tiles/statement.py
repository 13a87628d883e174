"""The SQL of the tiles: one statement a file in tiles/sql, with named parameters."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hazardmap.platform.rows_put import array
from hazardmap.platform.rows_read import rows_read

_FOLDER = Path(__file__).parent / "sql"


def rows(name: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """What a statement returns; none for one that only writes."""
    return rows_read(text(name), parameters)


def columns(names: Iterable[str], table: Sequence[Sequence[Any]]) -> dict[str, str]:
    """A table of numbers, ids and bytes as one array a column, for statements that `unnest` them.

    In the text that PostgreSQL reads: a fraction of the time that adapting lists takes.
    """
    return {name: array(_text_of(row[i]) for row in table) for i, name in enumerate(names)}


def _text_of(value: object) -> object:
    return f'"\\\\x{value.hex()}"' if isinstance(value, bytes) else value


@cache
def text(name: str) -> str:
    """The statement itself."""
    return (_FOLDER / f"{name}.sql").read_text()
