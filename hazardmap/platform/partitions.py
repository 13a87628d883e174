"""Monthly partitions of tables whose primary key is a UUIDv7.

The first 48 bits of the id are milliseconds, so a range of ids is a range of time.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

from hazardmap.platform.one_at_a_time import one_at_a_time

PARTITIONED_TABLES = ("inference_detection", "metering_usageevent")
MONTHS_AHEAD = 2
MONTHS_BEHIND = 1


def first_id_of(month: datetime) -> UUID:
    """The smallest UUID whose timestamp lies in that month."""
    return UUID(int=int(month.timestamp() * 1000) << 80)


def month_after(month: datetime, count: int) -> datetime:
    """The first day, UTC, of the month `count` months later (earlier if negative)."""
    index = month.year * 12 + month.month - 1 + count
    return datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)


class CreatePartitionedModel(CreateModel):
    """CreateModel for a table that is partitioned by range of its `id`."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE (id)"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.sql_create_table = plain


def months_of(table: str) -> list[datetime]:
    """The first days of the months that are there, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
            "WHERE inhparent = %s::regclass ORDER BY relname",
            [table],
        )
        names = [name for (name,) in cursor.fetchall()]
    return [datetime.strptime(f"{name[-7:]}+0000", "%Y_%m%z") for name in names]


def drop_partition(table: str, month: datetime) -> None:
    """With all its rows; it waits for whoever reads or writes the table, as long as one may."""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE "{partition_name(table, month)}"')


def missing_partitions(month: datetime, tables: Sequence[str] = PARTITIONED_TABLES) -> list[str]:
    """Names of the tables that are missing for this month (UTC)."""
    names = [partition_name(table, month) for table in tables]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NULL", [names]
        )
        return [name for (name,) in cursor.fetchall()]


def partition_name(table: str, month: datetime) -> str:
    return f"{table}_{month:%Y_%m}"


def make_partitions(now: datetime, tables: Sequence[str] = PARTITIONED_TABLES) -> list[str]:
    """Create what is missing from last month to two months ahead; return the new tables' names."""
    months = [month_after(now, offset) for offset in range(-MONTHS_BEHIND, MONTHS_AHEAD + 1)]
    return [
        partition_name(table, month)
        for table, month in product(tables, months)
        if _make_partition(table, month)
    ]


@transaction.atomic
def _make_partition(table: str, month: datetime) -> bool:
    """Whether it was missing.

    Attached, since making it as a part at once would wait for all who read or write the table,
    and have all others wait behind us.
    """
    one_at_a_time("partitions")
    if not missing_partitions(month, [table]):
        return False
    name = partition_name(table, month)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE "{name}" (LIKE "{table}" INCLUDING ALL)')
        cursor.execute(
            f'ALTER TABLE "{table}" ATTACH PARTITION "{name}" FOR VALUES FROM (%s) TO (%s)',
            [first_id_of(month), first_id_of(month_after(month, 1))],
        )
    return True
