"""Monthly tables: there in time, and an id falls into the month of its time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.ids import uuid7
from hazardmap.platform.partitions import (
    PARTITIONED_TABLES,
    first_id_of,
    make_partitions,
    month_after,
    months_of,
    partition_name,
)
from tests.at_once import in_thread, in_thread_of_its_own, somebody_waits
from tests.stack import wait_for

ENTROPY = bytes(10)
_RULES = """
    SELECT 'column', attname, format_type(atttypid, atttypmod), attnotnull::text
    FROM pg_attribute WHERE attrelid = %(table)s::regclass AND attnum > 0
    UNION ALL
    SELECT contype::text, CASE contype WHEN 'p' THEN '' ELSE conname END,
        pg_get_constraintdef(oid), ''
    FROM pg_constraint WHERE conrelid = %(table)s::regclass
    UNION ALL
    SELECT 'index', regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', ''), '',
        indisunique::text
    FROM pg_index WHERE indrelid = %(table)s::regclass
    UNION ALL
    SELECT 'trigger', tgname, '', tgtype::text
    FROM pg_trigger WHERE tgrelid = %(table)s::regclass
    ORDER BY 1, 2, 3
"""
moments = st.timedeltas(timedelta(0), timedelta(days=100_000)).map(
    lambda age: datetime(1990, 1, 1, tzinfo=UTC) + age
)


@given(moments, st.binary(min_size=10, max_size=10))
def test_an_id_lies_in_the_range_of_its_month(at, entropy):
    month = month_after(at, 0)
    assert first_id_of(month) <= uuid7(at, entropy) < first_id_of(month_after(at, 1))


@given(moments, st.integers(-500, 500))
def test_months_go_and_come_back(at, count):
    assert month_after(month_after(at, count), -count) == month_after(at, 0)


def partitions(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            [table],
        )
        return {row[0] for row in cursor.fetchall()}


def usage_at(at: datetime) -> UUID:
    event = uuid7(at, ENTROPY)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metering_usageevent (id, key_id, meter, quantity, at, request_id, subject,"
            " hazards) VALUES (%s, 'k', 'hazard', 1, %s, 'r', 's', '[]')",
            [event, at],
        )
    return event


@pytest.mark.django_db
@pytest.mark.parametrize("table", PARTITIONED_TABLES)
def test_a_fresh_database_has_last_month_to_two_months_ahead(table):
    now = timezone.now()
    names = {f"{table}_{month_after(now, offset):%Y_%m}" for offset in (-1, 0, 1, 2)}
    assert names <= partitions(table)
    assert {partition_name(table, month) for month in months_of(table)} == partitions(table)
    assert make_partitions(now) == []


@pytest.mark.django_db
def test_the_schedule_makes_the_months_to_come(settings):
    later = timezone.now() + timedelta(days=400)
    made = make_partitions(later)
    assert len(made) == 4 * len(PARTITIONED_TABLES)
    assert make_partitions(later) == []
    schedule = settings.CELERY_BEAT_SCHEDULE["make next month's partitions"]
    assert schedule["task"] == "hazardmap.platform.tasks.make_partitions"
    assert len(schedule["schedule"].day_of_month) == 31, "every day"


@pytest.mark.django_db
def test_a_row_falls_into_the_table_of_its_month():
    now = timezone.now()
    this, following = month_after(now, 0), month_after(now, 1)
    for at in (now, following, following - timedelta(milliseconds=1), this):
        event = usage_at(at)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tableoid::regclass::text FROM metering_usageevent WHERE id = %s", [event]
            )
            assert cursor.fetchone()[0] == f"metering_usageevent_{at:%Y_%m}"
            cursor.execute("DELETE FROM metering_usageevent WHERE id = %s", [event])


@pytest.mark.django_db
def test_a_row_without_a_month_is_refused_loudly():
    with pytest.raises(DatabaseError, match="no partition"), transaction.atomic():
        usage_at(timezone.now() - timedelta(days=100))


@pytest.fixture
def later() -> Iterator[datetime]:
    """A time whose tables are missing, and are away again afterwards."""
    at = timezone.now() + timedelta(days=800)
    yield at
    with connection.cursor() as cursor:
        for table, offset in product(PARTITIONED_TABLES, range(-1, 3)):
            cursor.execute(
                f'DROP TABLE IF EXISTS "{partition_name(table, month_after(at, offset))}"'
            )


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_each_month_once(later: datetime) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            made = make_partitions(later)
            other = in_thread(pool, lambda: make_partitions(later))
            wait_for("the other's turn", lambda: somebody_waits() or other.done(), timeout_s=10)
        assert (len(made), other.result(20)) == (4 * len(PARTITIONED_TABLES), [])


@pytest.mark.django_db(transaction=True)
def test_months_are_made_beside_long_work_with_their_tables(later: datetime) -> None:
    """Neither waits for the other: whoever serves meanwhile would wait behind both."""
    with transaction.atomic():
        event = usage_at(timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM inference_detection")
        made = in_thread_of_its_own(lambda: make_partitions(later))
        assert set(made) <= partitions("metering_usageevent") | partitions("inference_detection")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM metering_usageevent WHERE id = %s", [event])
    assert len(made) == 4 * len(PARTITIONED_TABLES)


@pytest.mark.django_db
@pytest.mark.parametrize("table", PARTITIONED_TABLES)
def test_a_month_has_the_columns_rules_and_indexes_of_its_table(table: str) -> None:
    def rules(name: str) -> list[tuple[str, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(_RULES, {"table": name})
            return cursor.fetchall()

    (month, *_) = make_partitions(timezone.now() + timedelta(days=800), [table])
    assert rules(month) == rules(table)
    assert {what for what, *_ in rules(table)} >= {"column", "p", "c", "index"}
