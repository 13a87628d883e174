"""Links that are sent by mail: 256 random bits, good once and for a while."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from django.utils import timezone

from hazardmap.accounts.models import MailLink, User

LIVES: Final = {
    MailLink.Purpose.SIGN_UP: timedelta(hours=24),
    MailLink.Purpose.RESET: timedelta(hours=1),
    MailLink.Purpose.INVITE: timedelta(days=7),
    MailLink.Purpose.ADDRESS: timedelta(hours=1),
}


def link_make(purpose: MailLink.Purpose, email: str, **more: Any) -> str:
    """The secret part of a new link; older ones for the same, of one account to whatever address,
    stop working.
    """
    now = timezone.now()
    MailLink.objects.filter(expires_at__lt=now).delete()
    whose = {"user": more["user"]} if "user" in more else {"email": email}
    MailLink.objects.filter(
        purpose=purpose, organisation=more.get("organisation"), **whose
    ).delete()
    token = secrets.token_urlsafe(32)
    MailLink.objects.create(
        token_sha256=_digest(token),
        purpose=purpose,
        email=email,
        expires_at=now + LIVES[purpose],
        **more,
    )
    return token


def link_find(token: str, *purposes: MailLink.Purpose, lock: bool = False) -> MailLink | None:
    """A link that still works. lock: keep everybody else from using it, in a transaction."""
    links = MailLink.objects.select_for_update(of=("self",)) if lock else MailLink.objects.all()
    found = links.filter(
        token_sha256=_digest(token),
        purpose__in=purposes,
        used_at__isnull=True,
        expires_at__gt=timezone.now(),
    )
    return found.select_related("user", "organisation").first()


def link_use(link: MailLink) -> None:
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])


def links_end(user: User) -> None:
    """What was sent before password or address changed no longer opens or changes the account."""
    MailLink.objects.filter(user=user, used_at__isnull=True).delete()


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
