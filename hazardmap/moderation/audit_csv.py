"""The audit log as rows of a CSV file."""

import json
from collections.abc import Iterable, Iterator, Sequence

from hazardmap.moderation.models import AuditEntry

COLUMNS = ("id", "at", "who", "action", "subject", "before", "after", "reason")


def audit_rows(entries: Iterable[AuditEntry]) -> Iterator[Sequence[str]]:
    """A heading and a row per entry; times in ISO 8601 (UTC), old and new values as JSON."""
    yield COLUMNS
    for entry in entries:
        yield (
            str(entry.pk),
            entry.at.isoformat(),
            entry.actor,
            entry.action,
            entry.subject,
            json.dumps(entry.before, sort_keys=True),
            json.dumps(entry.after, sort_keys=True),
            entry.reason,
        )
