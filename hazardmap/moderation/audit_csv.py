"""The audit log as CSV."""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO

from hazardmap.moderation.models import AuditEntry

COLUMNS = ("id", "at", "who", "action", "subject", "before", "after", "reason")


def audit_lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """A heading and one line per entry; times in ISO 8601 (UTC), old and new values as JSON."""
    yield _line(COLUMNS)
    for entry in entries:
        yield _line(
            [
                str(entry.pk),
                entry.at.isoformat(),
                entry.actor,
                entry.action,
                entry.subject,
                json.dumps(entry.before, sort_keys=True),
                json.dumps(entry.after, sort_keys=True),
                entry.reason,
            ]
        )


def _line(cells: Iterable[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow([_harmless(cell) for cell in cells])
    return line.getvalue()


def _harmless(cell: str) -> str:
    """Spreadsheets run a cell that starts like a formula; an apostrophe makes it text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
