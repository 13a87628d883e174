"""Rows as CSV (RFC 4180), written as they are read; the first has the names of the columns."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    return (str(writer.writerow(row)) for row in rows)


def csv_file(rows: Iterable[Sequence[object]], *, name: str) -> StreamingHttpResponse:
    """A file to download. name: without its ending."""
    return StreamingHttpResponse(
        csv_lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
