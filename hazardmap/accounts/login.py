"""Signing in, with a limit on guessing."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from hazardmap.accounts.tries import HOUR, Total, Tries
from hazardmap.platform.client_address import client_address

TRIES_PER_ACCOUNT_AND_ADDRESS = 5
TRIES_PER_ADDRESS = 50
TOO_MANY = _("Too many tries. Wait 15 minutes, then try again.")
TOO_MANY_OF_ALL = _("Too many tries. Wait an hour, or choose a new password.")
SIGNING_IN = Tries("login", TRIES_PER_ACCOUNT_AND_ADDRESS, TRIES_PER_ADDRESS)
# From all addresses together. A new password forgets them: whoever is kept out has a way in.
TO_ACCOUNT = Total("login to", 100, HOUR)


class ThrottledLoginForm(AuthenticationForm):
    """Django's form, which looks at no password once there were too many tries."""

    def clean(self) -> dict[str, Any]:
        email = str(self.cleaned_data.get("username", "")).strip().lower()
        address = client_address(self.request) if self.request else ""
        if SIGNING_IN.too_many(email, address):
            raise ValidationError(TOO_MANY, code="too_many_tries")
        if TO_ACCOUNT.too_many(email):
            raise ValidationError(TOO_MANY_OF_ALL, code="too_many_tries")
        cleaned: dict[str, Any] = super().clean()
        SIGNING_IN.forget(email, address)
        TO_ACCOUNT.forget(email)
        return cleaned
