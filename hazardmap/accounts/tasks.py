"""Tidying up what has ended by itself."""

import time
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from hazardmap.accounts.models import MailLink, PairingCode, SignIn

MAIL_FILES_LIVE_S = 86_400


@shared_task
def forget_ended() -> None:
    """Sessions, links and codes that nobody can use any more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    SignIn.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    MailLink.objects.filter(expires_at__lt=now).delete()
    PairingCode.objects.filter(expires_at__lt=now).delete()


@shared_task
def forget_mail_files() -> None:
    """Mails that went into files for want of a server: they hold addresses and links that work."""
    oldest = time.time() - MAIL_FILES_LIVE_S
    for file in (Path(settings.VAR) / "mail").glob("*.log"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
