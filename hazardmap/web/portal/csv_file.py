"""Rows as a CSV file to download, written as they are read."""

import csv
from collections.abc import Iterable, Sequence

from django.http import StreamingHttpResponse


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text


def csv_file(rows: Iterable[Sequence[object]], *, name: str) -> StreamingHttpResponse:
    """RFC 4180; the first row has the names of the columns."""
    writer = csv.writer(_Echo())
    return StreamingHttpResponse(
        (str(writer.writerow(row)) for row in rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
