from django.db import connection


def usage_hold() -> None:
    """Let no hour be counted anew until the transaction ends: two reads then see the same sums.

    Counting waits meanwhile, and nothing else.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE metering_usagehour IN SHARE MODE")
