"""What has ended by itself: nobody can use it any more, and it says who was where."""

from django.contrib.sessions.models import Session
from django.utils import timezone

from hazardmap.accounts.models import MailLink, PairingCode, SignIn


def ended_forget() -> None:
    """Delete sessions, links and codes whose time is over, and sign-ins without a session."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    SignIn.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    MailLink.objects.filter(expires_at__lt=now).delete()
    PairingCode.objects.filter(expires_at__lt=now).delete()
