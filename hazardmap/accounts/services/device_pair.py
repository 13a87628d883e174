"""Devices: paired by a code that lives five minutes and works once."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hazardmap.accounts.models import Device, PairingCode, User
from hazardmap.accounts.refused import AccountsRefused
from hazardmap.accounts.services.name_check import one_line
from hazardmap.accounts.services.owner_tell import owner_tell
from hazardmap.core.access.tokens import Use, new_token

CODE_LIFE = timedelta(minutes=5)
CODE_LENGTH = 8
MAX_DEVICES = 20
# No letters or digits that look alike on a phone.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class PairingRefused(Exception):
    """The code is unknown, used or too old; which of these is not told."""


@dataclass(frozen=True, slots=True)
class NewPairingCode:
    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewDevice:
    """`token` is shown this once."""

    device_id: UUID
    token: str = field(repr=False)


def pairing_code_create(*, owner: User) -> NewPairingCode:
    """A new code for the owner's next device; older unused codes of the owner stop working.

    Since one code lives at a time, the number of devices is bounded here. Raises AccountsRefused.
    """
    code = "".join(secrets.choice(CODE_ALPHABET) for _number in range(CODE_LENGTH))
    expires_at = timezone.now() + CODE_LIFE
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # one code at a time
        PairingCode.objects.filter(owner=owner).delete()  # waits for one that is just being used
        if Device.objects.filter(owner=owner, revoked_at=None).count() >= MAX_DEVICES:
            words = _(
                "You have %(number)d devices, the most there can be. Revoke one of them first."
            )
            raise AccountsRefused(words % {"number": MAX_DEVICES})
        PairingCode.objects.create(code_sha256=_digest(code), owner=owner, expires_at=expires_at)
    return NewPairingCode(code, expires_at)


@transaction.atomic
def device_pair(*, code: str, name: str) -> NewDevice:
    """Turn a code into a device of its owner. Raises PairingRefused."""
    used = PairingCode.objects.filter(
        code_sha256=_digest(code.strip().upper()),
        used_at__isnull=True,
        expires_at__gt=timezone.now(),
        owner__is_active=True,
    )
    row = used.select_related("owner").select_for_update(of=("self",)).first()
    if row is None:
        raise PairingRefused
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    device = device_create(owner=row.owner, name=name)
    owner_tell(owner=row.owner, news=lambda: _paired(one_line(name)[:100]))
    return device


def device_create(*, owner: User, name: str) -> NewDevice:
    token = new_token(Use.DEVICE)
    device = Device.objects.create(
        owner=owner, name=one_line(name)[:100], kid=token.kid, secret_sha256=token.digest()
    )
    return NewDevice(device.id, token.reveal())


def device_revoke(*, owner: User, device_id: UUID) -> None:
    """The device's token stops working. Devices of others are left alone."""
    Device.objects.filter(id=device_id, owner=owner, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )


def _paired(name: str) -> str:
    return _("A device was paired: “%(name)s”. It may upload frames for you.") % {"name": name}


def _digest(code: str) -> bytes:
    return sha256(code.encode()).digest()
