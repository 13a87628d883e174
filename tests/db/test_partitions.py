"""Monthly tables: there in time, and an id falls into the month of its time."""

from datetime import UTC, datetime, timedelta
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
)

ENTROPY = bytes(10)
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
