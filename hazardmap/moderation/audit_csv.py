"""The audit log as CSV."""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO

from hazardmap.moderation.models import AuditEntry
from hazardmap.platform.harmless_cell import harmless_cell

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
    csv.writer(line).writerow([harmless_cell(cell) for cell in cells])
    return line.getvalue()
