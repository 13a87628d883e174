"""Sessions, links and codes that are over are forgotten; those that work still work."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from hazardmap.accounts.models import MailLink, PairingCode, SignIn, User
from hazardmap.accounts.services import ended_forget, session_note
from tests.account_scene import person

pytestmark = pytest.mark.django_db
ENDS = {"over": timedelta(minutes=-1), "live": timedelta(minutes=1)}


def digest(name: str) -> bytes:
    return sha256(name.encode()).digest()


@pytest.fixture
def user() -> User:
    """Somebody with one of each that is over and one that is not."""
    user, now = person(), timezone.now()
    for name, ends in ENDS.items():
        at = now + ends
        Session.objects.create(session_key=name, session_data="", expire_date=at)
        session_note(user=user, session_key=name, address="192.0.2.1", agent="")
        MailLink.objects.create(
            token_sha256=digest(name), purpose="reset", email=user.email, user=user, expires_at=at
        )
        PairingCode.objects.create(code_sha256=digest(name), owner=user, expires_at=at)
    return user


def test_what_is_over_goes_and_what_lives_stays(user):
    ended_forget()
    assert [row.session_key for row in Session.objects.all()] == ["live"]
    assert [row.session_key for row in SignIn.objects.all()] == ["live"]
    assert [bytes(row.token_sha256) for row in MailLink.objects.all()] == [digest("live")]
    assert [bytes(row.code_sha256) for row in PairingCode.objects.all()] == [digest("live")]


def test_a_sign_in_goes_with_its_session(user):
    Session.objects.filter(session_key="live").delete()
    ended_forget()
    assert not SignIn.objects.exists()
    assert MailLink.objects.count() == PairingCode.objects.count() == 1
