"""Signing in, with a limit on guessing."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hazardmap.accounts.models import LoginTries
from hazardmap.platform.client_address import client_address

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT_AND_ADDRESS = 5
TRIES_PER_ADDRESS = 50
TOO_MANY = "Too many tries. Wait 15 minutes, then try again."


class ThrottledLoginForm(AuthenticationForm):
    """Django's form, which looks at no password once there were too many tries."""

    def clean(self) -> dict[str, Any]:
        email = str(self.cleaned_data.get("username", "")).strip().lower()
        address = client_address(self.request) if self.request else ""
        account_key, address_key = _key(email, address), _key("", address)
        now = timezone.now()
        LoginTries.objects.filter(started_at__lte=now - WINDOW).delete()
        # Both are counted, and counted before the password is looked at, so that tries sent at
        # the same moment cannot all slip through.
        tries = _count(account_key, now), _count(address_key, now)
        if tries[0] > TRIES_PER_ACCOUNT_AND_ADDRESS or tries[1] > TRIES_PER_ADDRESS:
            raise ValidationError(TOO_MANY, code="too_many_tries")
        cleaned: dict[str, Any] = super().clean()
        LoginTries.objects.filter(key=account_key).delete()
        return cleaned


def _key(email: str, address: str) -> str:
    """Keyed, because people type passwords into the wrong field."""
    return salted_hmac("login", f"{email}\n{address}", algorithm="sha256").hexdigest()


def _count(key: str, now: datetime) -> int:
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
            [key, now, now - WINDOW, now - WINDOW, now],
        )
        row: tuple[int] = cursor.fetchone()
    return row[0]
