"""From an address to an account, and from an invitation into an organisation."""

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hazardmap.accounts.models import Consent, MailLink, User
from hazardmap.accounts.selectors import has_account
from hazardmap.accounts.services import (
    AccountsRefused,
    invitation_accept,
    link_find,
    sign_up_ask,
    sign_up_finish,
)
from hazardmap.platform.sentences import sentence
from hazardmap.web.asking import EmailForm, flags, mail_sent, new_password
from hazardmap.web.sign_in import page_asked_for

PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"  # noqa: S105 - no password


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_page(request: HttpRequest) -> HttpResponse:
    """Ask for an account; the rest is behind the link that comes by mail."""
    form, then = EmailForm(request.POST or None), page_asked_for(request)

    def send(email: str) -> None:
        sign_up_ask(email=email, language=get_language(), then=then[:200])

    sent = mail_sent(request, form, send, MailLink.Purpose.SIGN_UP) if form.is_valid() else None
    return sent or render(request, "web/sign_up.html", {"form": form, "next": then})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_finish_page(request: HttpRequest, token: str) -> HttpResponse:
    """The address is proven: a name, a password, and what one agrees to. Then one is signed in."""
    link = link_find(token, MailLink.Purpose.SIGN_UP, MailLink.Purpose.INVITE)
    if link is None:
        return render(request, "web/link_gone.html", {"again": "/signup/"}, status=410)
    if link.organisation is not None and has_account(link.email):
        return _invitation(request, token, link)
    name, error, ticked = request.POST.get("name", ""), "", flags(request, "terms", "uploads")
    if request.method == "POST":
        try:
            user = sign_up_finish(
                token=token,
                name=name,
                language=get_language(),
                password=new_password(request),
                documents=[Consent.Document(name) for name, yes in ticked.items() if yes],
            )
            login(request, user, backend=PASSWORD_BACKEND)
            then = f"/portal/{link.organisation_id}/" if link.organisation_id else link.then
            return HttpResponseRedirect(then or "/account/")
        except (ValidationError, AccountsRefused) as refused:
            error = sentence(refused)
    context = {"link": link, "error": error, "name": name} | ticked
    return render(request, "web/sign_up_finish.html", context)


def _invitation(request: HttpRequest, token: str, link: MailLink) -> HttpResponse:
    """For somebody who has an account: to be accepted by whoever is signed in to it."""
    error = ""
    if request.method == "POST" and isinstance(request.user, User):
        try:
            invitation_accept(token=token, user=request.user)
            messages.success(request, _("Welcome to the team."))
            return HttpResponseRedirect(f"/portal/{link.organisation_id}/")
        except AccountsRefused as refused:
            error = sentence(refused)
    return render(request, "web/invitation.html", {"link": link, "error": error})
