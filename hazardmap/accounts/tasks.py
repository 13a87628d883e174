"""Tidying up what has ended by itself."""

import time
from pathlib import Path

from celery import shared_task
from django.conf import settings

from hazardmap.accounts.services import ended_forget

MAIL_FILES_LIVE_S = 86_400


@shared_task
def forget_ended() -> None:
    ended_forget()


@shared_task
def forget_mail_files() -> None:
    """Mails that went into files for want of a server: they hold addresses and links that work."""
    oldest = time.time() - MAIL_FILES_LIVE_S
    for file in (Path(settings.VAR) / "mail").glob("*.log"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
