"""Note where cameras looked, with the evidence that they brought."""

from collections.abc import Iterable

from django.db import connection

from hazardmap.core.derived.coverage import looked
from hazardmap.core.seeing.observation import View
from hazardmap.platform.rows_put import array


def coverage_add(views: Iterable[View]) -> None:
    """Safe to call twice with the same views. Call it with their places locked (place_lock).

    Whether a look is told is decided anew: a late frame may be the beginning of a drive.
    """
    found = looked(views)
    if not found:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO hazards_look (cell, witness, hour, last_at) SELECT * FROM "
            "unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[]) "
            "ON CONFLICT (cell, witness, hour) DO UPDATE "
            "SET last_at = greatest(hazards_look.last_at, EXCLUDED.last_at), told = NULL",
            [array(column) for column in zip(*found, strict=True)],
        )
