"""What the pages about accounts have in common."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from hazardmap.accounts.login import TOO_MANY
from hazardmap.accounts.models import User
from hazardmap.accounts.tries import Tries
from hazardmap.platform.client_address import client_address
from hazardmap.platform.mail import MailFailed

MAIL_FAILED = _("No mail can be sent at the moment. Try again in some minutes.")
_ASKING_FOR_MAIL = Tries("mail", per_whom=3, per_address=20)


class EmailForm(forms.Form):
    email = forms.EmailField(max_length=254)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


def signed_in(request: HttpRequest) -> User:
    """The signed-in user; `login_required` has seen to it."""
    assert isinstance(request.user, User)  # noqa: S101 - narrows the type, never fails
    return request.user


def mail_sent(
    request: HttpRequest, form: EmailForm, send: Callable[[str], None]
) -> HttpResponse | None:
    """The page after `send(email)`, the same whether there is such an account or not.

    None, with the reason in the form, if nothing was sent.
    """
    email = form.cleaned_data["email"]
    if _ASKING_FOR_MAIL.too_many(email, client_address(request)):
        form.add_error(None, TOO_MANY)
        return None
    try:
        send(email)
    except MailFailed:
        form.add_error(None, MAIL_FAILED)
        return None
    context = {"email": email, "folder": settings.MAIL_FOLDER and "var/mail"}
    return render(request, "web/mail_sent.html", context)


def new_password(request: HttpRequest) -> str:
    """One field that may be shown while one types; the services say whether it is strong enough."""
    return request.POST.get("password", "")[:1000]


def words_of(refused: Exception) -> str:
    """One sentence after the other, for people."""
    if isinstance(refused, ValidationError):
        return " ".join(refused.messages)
    return str(refused)


def flags(request: HttpRequest, *names: str) -> dict[str, Any]:
    """Which of these boxes are ticked."""
    return {name: request.POST.get(name) == "on" for name in names}
