"""What the pages about accounts have in common."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hazardmap.accounts.login import TOO_MANY
from hazardmap.accounts.models import MailLink, User
from hazardmap.accounts.services import AccountsRefused
from hazardmap.accounts.tries import HOUR, Total, Tries
from hazardmap.billing.refused import BillingRefused
from hazardmap.platform.client_address import client_address, client_network
from hazardmap.platform.mail import MailFailed
from hazardmap.platform.sentences import sentence

MAIL_FAILED = _("No mail can be sent at the moment. Try again in some minutes.")
MAILED_ENOUGH = _(
    "This address has got many mails from us. Use the last one, or ask again in an hour."
)
MAILED_ENOUGH_TODAY = _(
    "This address has got many mails from us today. Use the last one, or ask again tomorrow."
)
V = TypeVar("V", bound=Callable[..., HttpResponseBase])
_ASKING_FOR_MAIL = Tries("mail", per_whom=3, per_address=20)
_FROM_A_NETWORK = Total("mail from", 10)
# People who asked for nothing get them, too. No longer than a link lives (services.mail_link): who
# is told to wait because somebody else has asked too often has one in the mail that still works.
_TO_ONE = Total("mail to", 5, HOUR)


class EmailForm(forms.Form):
    email = forms.EmailField(max_length=254)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


def own_page(view: V) -> V:
    """Decorates a page of whoever is signed in; nobody else finds it in a cache."""
    return never_cache(login_required(require_safe(view)))


def own_page_with_form(view: V) -> V:
    """The same of one whose form is sent to itself."""
    return never_cache(login_required(require_http_methods(["GET", "HEAD", "POST"])(view)))


def own_form(view: V) -> V:
    """Decorates what a form of such a page is sent to."""
    return never_cache(login_required(require_POST(view)))


def signed_in(request: HttpRequest) -> User:
    """The signed-in user, of what is decorated so."""
    assert isinstance(request.user, User)  # noqa: S101 - narrows the type, never fails
    return request.user


def mail_sent(
    request: HttpRequest, form: EmailForm, send: Callable[[str], None], what: MailLink.Purpose
) -> HttpResponse | None:
    """The page after `send(email)`, the same whether there is such an account or not.

    what: the link that is sent; each has a bound of its own, so that none is used up by another.
    None, with the reason in the form, if nothing was sent.
    """
    email = form.cleaned_data["email"]
    if _ASKING_FOR_MAIL.too_many(email, client_address(request)):
        form.add_error(None, TOO_MANY)
        return None
    if _FROM_A_NETWORK.too_many(f"{email}\n{client_network(request)}"):
        form.add_error(None, MAILED_ENOUGH_TODAY)
        return None
    if _TO_ONE.too_many(f"{what}\n{email}"):
        form.add_error(None, MAILED_ENOUGH)
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


def done(request: HttpRequest, where: str, act: Callable[[], object], words: str) -> HttpResponse:
    """Do it, say so, and go on to `where`; say why where it is refused."""
    try:
        act()
        messages.success(request, words)
    except (AccountsRefused, BillingRefused, ValueError) as refused:
        messages.error(request, sentence(refused))
    except MailFailed:
        messages.error(request, str(MAIL_FAILED))
    return HttpResponseRedirect(where)


def flags(request: HttpRequest, *names: str) -> dict[str, Any]:
    """Which of these boxes are ticked."""
    return {name: request.POST.get(name) == "on" for name in names}
