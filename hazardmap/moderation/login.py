"""Signing in to the admin site, with a limit on guessing."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hazardmap.moderation.models import LoginTries

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT_AND_ADDRESS = 5
TRIES_PER_ADDRESS = 50
TOO_MANY = "Too many tries. Wait 15 minutes, then try again."


class ThrottledLoginForm(AdminAuthenticationForm):
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


def client_address(request: HttpRequest) -> str:
    """Where a request comes from; of an IPv6 address its /64, which one household owns.

    Behind our own proxy (production) it is the last entry of X-Forwarded-For, the one that the
    proxy wrote; anywhere else that header is somebody's claim and is not read.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        text = request.META.get("HTTP_X_FORWARDED_FOR", text).rsplit(",", 1)[-1].strip()
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        return address.exploded[:19]
    return str(address)


def _key(email: str, address: str) -> str:
    """Keyed, because people type passwords into the wrong field."""
    return salted_hmac("admin login", f"{email}\n{address}", algorithm="sha256").hexdigest()


def _count(key: str, now: datetime) -> int:
    """Add one try and return how many there were within the window."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO moderation_logintries AS old (key, started_at, tries) VALUES (%s, %s, 1)
            ON CONFLICT (key) DO UPDATE SET
                tries = CASE WHEN old.started_at > %s THEN old.tries + 1 ELSE 1 END,
                started_at = CASE WHEN old.started_at > %s THEN old.started_at ELSE %s END
            RETURNING tries
            """,
            [key, now, now - WINDOW, now - WINDOW, now],
        )
        row: tuple[int] = cursor.fetchone()
    return row[0]
