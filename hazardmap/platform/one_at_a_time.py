"""Turns, by advisory locks of PostgreSQL: whoever asks for the same name waits."""

from django.db import connection


def one_at_a_time(*names: str) -> None:
    """Make whoever else asks for one of these names wait until our transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) "
            "FROM unnest(%s::text[]) AS name",
            [sorted(names)],  # as everybody: else two would wait for each other
        )


def many_at_a_time(name: str) -> None:
    """Go on beside others who call this, but wait for whoever asks for the name by himself, and
    have him wait until our transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [name])
