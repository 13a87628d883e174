"""Statements of requests are cancelled after half a minute; those of the operator are not."""

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import DatabaseError, connection

from hazardmap.closing.management.commands import reconcile
from hazardmap.hazards.management.commands import cells_rebuild, fusion_learn, refuse, zones_rebuild
from hazardmap.platform.unhurried import unhurried

pytestmark = pytest.mark.django_db(transaction=True)


def limits() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), "
            "current_setting('max_parallel_workers_per_gather')"
        )
        return list(cursor.fetchone())


def test_a_transaction_of_the_night_takes_its_time_and_has_helpers() -> None:
    assert limits() == ["30s", "10s", "0"]
    with unhurried():
        assert limits() == ["0", "10s", "2"]
    assert limits() == ["30s", "10s", "0"]


class Stopped(Exception):
    pass


@pytest.mark.parametrize(
    ("module", "called", "arguments"),
    [
        (migrate.Command, "handle", ["migrate"]),
        (reconcile, "reconcile", ["reconcile"]),
        (fusion_learn, "version_propose", ["fusion_learn"]),
        (refuse, "area_refuse", ["refuse", "--area=24,60,25,61"]),
        (cells_rebuild, "cells_rebuild", ["cells_rebuild"]),
        (zones_rebuild, "zones_rebuild", ["zones_rebuild"]),
    ],
)
def test_an_operators_command_takes_its_time(monkeypatch, module, called, arguments) -> None:
    found = []

    def noted(*_: object, **__: object) -> None:
        found.append(limits())
        raise Stopped

    monkeypatch.setattr(module, called, noted)
    with pytest.raises(Stopped):
        call_command(*arguments)
    assert found == [["0", "10s", "2"]]
    assert limits() == ["30s", "10s", "0"]


def test_an_error_of_the_database_is_told_as_it_is(monkeypatch) -> None:
    def broken(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(cells_rebuild, "cells_rebuild", broken)
    with pytest.raises(DatabaseError, match="terminating connection"):
        call_command("cells_rebuild")
    connection.close()
    assert limits() == ["30s", "10s", "0"]
