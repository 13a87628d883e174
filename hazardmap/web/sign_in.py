"""Signing in: the password, the second factor, and a new password by mail."""

from django.contrib import messages
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp import login as verify

from hazardmap.accounts.login import ThrottledLoginForm
from hazardmap.accounts.models import MailLink
from hazardmap.accounts.services import (
    AccountsRefused,
    has_second_factor,
    link_find,
    password_reset_ask,
    password_reset_finish,
    second_factor_check,
)
from hazardmap.platform.client_address import client_address
from hazardmap.platform.sentences import sentence
from hazardmap.web.asking import EmailForm, mail_sent, new_password, signed_in
from hazardmap.web.landing import landing
from hazardmap.web.session_guard import is_verified


class SignInForm(ThrottledLoginForm):
    error_messages = ThrottledLoginForm.error_messages | {
        "invalid_login": _("The e-mail address or the password is wrong.")
    }


class SignIn(LoginView):
    template_name = "web/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        return landing(self.request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code_page(request: HttpRequest) -> HttpResponse:
    """The second factor of whoever has given the password."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect("/login/")
    user, then, error = signed_in(request), safe_next(request), None
    if is_verified(user) or not has_second_factor(user):
        return HttpResponseRedirect(then)
    if request.method == "POST":
        device = second_factor_check(user=user, code=request.POST.get("code", ""))
        if device is not None:
            verify(request, device)
            return HttpResponseRedirect(then)
        error = _("This code is wrong, used already, or came too soon after a wrong one.")
    return render(request, "web/login_code.html", {"next": then, "error": error})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset_page(request: HttpRequest) -> HttpResponse:
    """Ask for a link to a new password."""
    form = EmailForm(request.POST or None)

    def send(email: str) -> None:
        password_reset_ask(email=email, language=get_language())

    sent = mail_sent(request, form, send, MailLink.Purpose.RESET) if form.is_valid() else None
    return sent or render(request, "web/reset.html", {"form": form})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def reset_finish_page(request: HttpRequest, token: str) -> HttpResponse:
    """Choose the new password; then sign in with it, second factor and all."""
    link = link_find(token, MailLink.Purpose.RESET)
    if link is None:
        return render(request, "web/link_gone.html", {"again": "/login/reset/"}, status=410)
    error = ""
    if request.method == "POST":
        try:
            password_reset_finish(
                token=token, password=new_password(request), address=client_address(request)
            )
            messages.success(request, _("The password is set. Sign in with it."))
            return HttpResponseRedirect("/login/")
        except (ValidationError, AccountsRefused) as refused:
            error = sentence(refused)
    return render(request, "web/reset_finish.html", {"email": link.email, "error": error})


def safe_next(request: HttpRequest) -> str:
    """Where somebody who is signed in goes on."""
    return page_asked_for(request) or landing(request)


def page_asked_for(request: HttpRequest) -> str:
    """Where somebody wanted to go when he was asked who he is; empty for another site, too."""
    then = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(
        then, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return then if own else ""
