from django.db import connection


def one_at_a_time(name: str) -> None:
    """Make whoever else asks for this name wait until our transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
