"""How often somebody may try something in a quarter of an hour, or do it in an hour or a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hazardmap.accounts.models import LoginTries

WINDOW = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tries:
    """what: a word for it. per_whom: for one account from one address. per_address: in all."""

    what: str
    per_whom: int
    per_address: int

    def too_many(self, whom: str, address: str) -> bool:
        """Count a try, before it is looked at: those of one moment cannot all slip through.

        An address that has used up its own leaves no row for each name that it makes up.
        """
        now = timezone.now()
        LoginTries.objects.filter(started_at__lte=now - DAY).delete()
        if _count(self._key("", address), now, WINDOW) > self.per_address:
            return True
        return _count(self._key(whom, address), now, WINDOW) > self.per_whom

    def forget(self, whom: str, address: str) -> None:
        """It went well: the slips before it are forgotten, and it is none of its address, behind
        which there may be a whole company.
        """
        LoginTries.objects.filter(key=self._key(whom, address)).delete()
        of_address = LoginTries.objects.filter(key=self._key("", address), tries__gt=0)
        of_address.update(tries=F("tries") - 1)

    def _key(self, whom: str, address: str) -> str:
        """Keyed, because people type passwords into the wrong field."""
        return _hashed(self.what, f"{whom}\n{address}")


@dataclass(frozen=True, slots=True)
class Total:
    """what: a word for it. most: so often within the window, from all addresses together."""

    what: str
    most: int
    window: timedelta = DAY

    def too_many(self, whom: str) -> bool:
        """Count it, before it is done."""
        return _count(_hashed(self.what, whom), timezone.now(), self.window) > self.most

    def reached(self, whom: str) -> bool:
        """Count it; true once within the window, for the one that fills it."""
        return _count(_hashed(self.what, whom), timezone.now(), self.window) == self.most

    def forget(self, whom: str) -> None:
        LoginTries.objects.filter(key=_hashed(self.what, whom)).delete()


def _hashed(what: str, whom: str) -> str:
    return salted_hmac(what, whom, algorithm="sha256").hexdigest()


def _count(key: str, now: datetime, window: timedelta) -> int:
    """Add one try and return how many there were within the window."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_logintries AS old (key, started_at, tries) VALUES (%s, %s, 1)
            ON CONFLICT (key) DO UPDATE SET
                tries = CASE WHEN old.started_at > %s THEN old.tries + 1 ELSE 1 END,
                started_at = CASE WHEN old.started_at > %s THEN old.started_at ELSE %s END
            RETURNING tries
            """,
            [key, now, now - window, now - window, now],
        )
        row: tuple[int] = cursor.fetchone()
    return row[0]
