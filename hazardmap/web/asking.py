"""What the pages about accounts have in common."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hazardmap.accounts.models import User


class EmailForm(forms.Form):
    email = forms.EmailField(max_length=254)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


def signed_in(request: HttpRequest) -> User:
    """The signed-in user; `login_required` has seen to it."""
    assert isinstance(request.user, User)  # noqa: S101 - narrows the type, never fails
    return request.user


def mail_was_sent(request: HttpRequest, email: str) -> HttpResponse:
    """The same page whether there is such an account or not."""
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
