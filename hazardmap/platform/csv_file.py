"""Rows as CSV (RFC 4180), written as they are read; the first has the names of the columns.

Spreadsheets run a text that starts like a formula: an apostrophe makes it text.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.http import StreamingHttpResponse

_FORMULAS_BEGIN: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    return (str(writer.writerow(map(_harmless, row))) for row in rows)


def csv_file(rows: Iterable[Sequence[object]], *, name: str) -> StreamingHttpResponse:
    """A file to download. name: without its ending."""
    return StreamingHttpResponse(
        csv_lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _harmless(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS_BEGIN) else cell
