"""People with roles in organisations, the links in their mails, and their second factors."""

import re

from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django_otp.oath import hotp, totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from hazardmap.accounts.models import Membership, Organisation, User
from hazardmap.accounts.services import organisation_create
from hazardmap.core.access.roles import Role

PASSWORD = "a long enough password"


def person(name: str = "olga") -> User:
    return User.objects.create_user(f"{name}@fleet.example", PASSWORD, name=name.title())


def founded(name: str = "Fleet", owner: str = "olga") -> tuple[Organisation, User]:
    """An organisation and its owner."""
    user = person(owner)
    return organisation_create(name=name, owner=user), user


def member(organisation: Organisation, role: Role) -> User:
    """Somebody new in it, named by the role."""
    user = person(f"{role}-{Membership.objects.count()}")
    Membership.objects.create(organisation=organisation, user=user, role=role)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def code_of(user: User) -> str:
    """What the app shows."""
    return f"{totp(TOTPDevice.objects.get(user=user).bin_key):06d}"


def used_code_of(user: User) -> str:
    """That which was accepted last, whatever the app shows by now."""
    device = TOTPDevice.objects.get(user=user)
    return f"{hotp(device.bin_key, device.last_t):06d}"


def enrolled(client: Client, user: User) -> list[str]:
    """Turn a second factor on; the recovery codes."""
    client.force_login(user)
    assert "data:image/svg+xml" in client.get("/account/second-factor/").content.decode()
    page = client.post(
        "/account/second-factor/", {"code": code_of(user), "password": PASSWORD}
    ).content.decode()
    codes = re.findall(r"<li><code>(\w+)</code>", page)
    assert len(codes) == 10
    return codes


def forget_slips() -> None:
    """Codes count once, and wrong ones are slowed down; tests do not wait for that."""
    TOTPDevice.objects.update(last_t=-1, throttling_failure_count=0)


def link_in(message: EmailMessage) -> str:
    address: str
    (address,) = re.findall(rf"{settings.SITE}(/\S+)", str(message.body))
    return address


def link_in_mail_to(user: User) -> str:
    """By which a password is chosen anew."""
    Client().post("/login/reset/", {"email": user.email})
    return link_in(mail.outbox[-1])
