"""Sessions: where somebody is signed in, and ending them."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from hazardmap.accounts.models import SignIn, User


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """number: to name it by, without its key."""

    number: str
    at: datetime
    address: str
    agent: str
    current: bool


def session_note(*, user: User, session_key: str, address: str | None, agent: str) -> None:
    """Write down that somebody has signed in."""
    SignIn.objects.update_or_create(
        session_key=session_key,
        defaults={"user": user, "address": address, "agent": agent[:200]},
    )


def sessions_of(user: User, current_key: str) -> list[SessionInfo]:
    """Those that are still open, newest first."""
    live = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows = SignIn.objects.filter(user=user, session_key__in=live).order_by("-at")
    return [
        SessionInfo(
            _number(row), row.at, row.address or "", row.agent, row.session_key == current_key
        )
        for row in rows
    ]


@transaction.atomic
def sessions_end(*, user: User, but: str, number: str | None = None) -> int:
    """End one session, or all; never the one with the key `but`. How many ended."""
    rows = SignIn.objects.filter(user=user).exclude(session_key=but)
    keys = [row.session_key for row in rows if number in {None, _number(row)}]
    Session.objects.filter(session_key__in=keys).delete()
    SignIn.objects.filter(session_key__in=keys).delete()
    return len(keys)


def _number(row: SignIn) -> str:
    return f"{int(row.at.timestamp() * 1_000_000):x}"
