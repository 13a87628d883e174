"""Tidying up what has ended by itself."""

from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from hazardmap.accounts.models import MailLink, PairingCode, SignIn


@shared_task
def forget_ended() -> None:
    """Sessions, links and codes that nobody can use any more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    SignIn.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    MailLink.objects.filter(expires_at__lt=now).delete()
    PairingCode.objects.filter(expires_at__lt=now).delete()
