"""The people of the demonstration: two contributors, a moderator, an administrator and a buyer.

Their passwords and tokens are random, made once, and kept in a file that only the operator reads.
"""

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from hazardmap.accounts.models import Consent, User
from hazardmap.accounts.selectors import has_account
from hazardmap.accounts.services import (
    consent_give,
    device_create,
    key_create,
    organisation_create,
)
from hazardmap.settings.env import ENV, Mode


class NotADemo(Exception):
    """The message says in one sentence why there is no demonstration here."""


@dataclass(frozen=True, slots=True)
class Login:
    role: str
    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DemoAccounts:
    """device_tokens: one per contributor, in the order of their logins. api_key: the buyer's."""

    logins: tuple[Login, ...]
    device_tokens: tuple[str, ...] = field(repr=False)
    api_key: str = field(repr=False)


def demo_accounts() -> DemoAccounts:
    """The accounts, created at the first call; they agree to texts that have changed since.

    Raises NotADemo in production.
    """
    if ENV.mode is Mode.PRODUCTION:
        raise NotADemo("Production has no demo accounts.")
    path = _path()
    known = _read(path) if path.exists() else None
    # After a reset of the database the file is out of date. One by one they may leave, or get
    # another address.
    if known and any(has_account(login.email) for login in known.logins):
        for user in User.objects.filter(email__in=[login.email for login in known.logins]):
            consent_give(user=user, documents=list(Consent.Document))
        return known
    try:
        with transaction.atomic():
            accounts = _create()
            _write(path, accounts)
    except IntegrityError:
        raise NotADemo(f"The demo accounts exist, but {path} is gone: `make reset`.") from None
    return accounts


def _create() -> DemoAccounts:
    logins, tokens = [], []
    for name in ("Aino", "Ben"):
        login, user = _person("contributor", name)
        logins.append(login)
        tokens.append(device_create(owner=user, name=f"{name}'s dashcam").token)
    login, moderator = _person("moderator", "Mira", is_staff=True)
    moderator.user_permissions.set(
        Permission.objects.filter(content_type__app_label="moderation")
        # Not people: contributors are numbers to whoever judges what they saw.
        | Permission.objects.filter(codename__startswith="view_").exclude(codename="view_user")
    )
    logins.append(login)
    login, _ = _person("administrator", "Ada", is_staff=True, is_superuser=True)
    logins.append(login)
    login, bea = _person("buyer", "Bea")
    logins.append(login)
    organisation = organisation_create(name="Demo Fleet", owner=bea)
    key = key_create(organisation=organisation, name="demo", actor=bea)
    return DemoAccounts(tuple(logins), tuple(tokens), key.token)


def _person(role: str, name: str, **fields: bool) -> tuple[Login, User]:
    password = secrets.token_urlsafe(12)
    email = f"{name.lower()}@demo.invalid"
    user = User.objects.create_user(email=email, password=password, name=name, **fields)
    consent_give(user=user, documents=list(Consent.Document))
    return Login(role, email, password), user


def _path() -> Path:
    return Path(settings.VAR) / "demo" / "accounts.json"


def _read(path: Path) -> DemoAccounts:
    values = json.loads(path.read_text())
    return DemoAccounts(
        tuple(Login(**login) for login in values["logins"]),
        tuple(values["device_tokens"]),
        values["api_key"],
    )


def _write(path: Path, accounts: DemoAccounts) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(asdict(accounts), indent=1))
    new.replace(path)
