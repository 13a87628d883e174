"""The second factor: codes of an authenticator app (RFC 6238), and ten recovery codes.

django-otp keeps them, refuses a code that was used before, and slows down guessing.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from hazardmap.accounts.models import User
from hazardmap.accounts.refused import AccountsRefused
from hazardmap.accounts.services.owner_tell import owner_tell
from hazardmap.accounts.services.slip_count import slip_count

RECOVERY_CODES = 10
APP_DIGITS = 6
BEGUN_FOR = timedelta(minutes=15)
WRONG = gettext_lazy("This code is wrong, used already, or came too soon after a wrong one.")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs. url: as a QR code says it. secret: to type, in base32."""

    url: str = field(repr=False)
    secret: str = field(repr=False)


def has_second_factor(user: User) -> bool:
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def recovery_codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


@transaction.atomic
def second_factor_begin(*, user: User) -> Enrolment:
    """A new secret, which counts once a code of it was shown; the same until then, for a while:
    somebody else may have seen it on a screen that was left open.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if has_second_factor(user):
        raise AccountsRefused(_("There is a second factor already: remove it first."))
    begun = TOTPDevice.objects.filter(user=user, confirmed=False)
    begun.filter(created_at__lt=timezone.now() - BEGUN_FOR).delete()
    device, _made = TOTPDevice.objects.get_or_create(
        user=user, confirmed=False, defaults={"name": "authenticator"}
    )
    url = device.config_url
    return Enrolment(url, url.partition("secret=")[2].partition("&")[0])


@transaction.atomic
def second_factor_confirm(*, user: User, code: str) -> tuple[Device, list[str]]:
    """From now on it is asked for. The recovery codes are shown this once.

    Raises AccountsRefused.
    """
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None:
        raise AccountsRefused(_("There is nothing to confirm: begin anew."))
    allowed, _why = device.verify_is_allowed()
    if not allowed or not device.verify_token(_plain(code)):
        raise AccountsRefused(WRONG)
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    owner_tell(
        owner=user,
        news=lambda: _("A second factor was set up: signing in asks for a code of an app."),
    )
    return device, _new_recovery_codes(user)


@transaction.atomic
def second_factor_check(*, user: User, code: str) -> Device | None:
    """The app's device, or the recovery code's, that this code belongs to.

    What is wrong counts against what it looks like alone, and until the right one is shown: each
    slip doubles the pause after it, and recovery codes are not tried for years. After several the
    owner is told.
    """
    plain = _plain(code)
    kind = TOTPDevice if plain.isdecimal() and len(plain) == APP_DIGITS else StaticDevice
    device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None or not device.verify_token(plain):
        if has_second_factor(user):
            slip_count(owner=user)
        return None
    for each in (TOTPDevice, StaticDevice):
        each.objects.filter(user=user).update(
            throttling_failure_count=0, throttling_failure_timestamp=None
        )
    return device


def recovery_codes_renew(*, user: User, code: str) -> list[str]:
    """Ten new ones instead of the old. Raises AccountsRefused where the code is wrong."""
    _check(user, code)
    with transaction.atomic():
        return _new_recovery_codes(user)


def second_factor_remove(*, user: User, code: str) -> None:
    """Raises AccountsRefused where the code is wrong."""
    _check(user, code)
    second_factor_take_off(user=user)


@transaction.atomic
def second_factor_take_off(*, user: User) -> None:
    """Without a code: for the operator, when somebody has lost phone and recovery codes."""
    second_factor_forget(user=user)
    owner_tell(
        owner=user,
        news=lambda: _("The second factor was removed: signing in takes the password alone."),
    )


@transaction.atomic
def second_factor_forget(*, user: User) -> None:
    """Of an account that is left: nobody is told."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def _check(user: User, code: str) -> None:
    """Outside a transaction: what a wrong code leaves behind must stay."""
    if second_factor_check(user=user, code=code) is None:
        raise AccountsRefused(WRONG)


def _new_recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = [StaticToken.random_token() for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _plain(code: str) -> str:
    return "".join(code.split()).lower()[:16]
