"""Tables whose rows are never changed: the database refuses, whoever asks."""

import pytest
from django.db import DatabaseError, connection, transaction

from hazardmap.platform.append_only import append_only

APPEND_ONLY = (
    "accounts_keyevent",
    "billing_creditnote",
    "billing_credituse",
    "hazards_fusionversion",
    "hazards_heir",
    "hazards_hazardevent",
    "hazards_zoneevent",
    "moderation_auditentry",
    "rewards_booking",
    "rewards_entry",
)


@pytest.mark.django_db
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
def test_a_change_is_refused_even_of_no_row(table, statement):
    with (
        pytest.raises(DatabaseError, match=f"rows of {table} are never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.django_db
def test_the_same_rule_keeps_whole_tables_from_being_emptied():
    """The test database drops this trigger, since TRUNCATE is how tests clean up behind them."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ledger (at timestamptz)")
        cursor.execute(str(append_only("ledger").sql))
    for statement in ("TRUNCATE ledger", "DELETE FROM ledger"):
        with (
            pytest.raises(DatabaseError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger VALUES (now())")
