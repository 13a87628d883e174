"""How an account is protected: password, second factor, sessions."""

from functools import partial

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as verify

from hazardmap.accounts.login import TOO_MANY
from hazardmap.accounts.services import (
    AccountsRefused,
    has_second_factor,
    password_change,
    recovery_codes_left,
    recovery_codes_renew,
    second_factor_begin,
    second_factor_check,
    second_factor_confirm,
    second_factor_remove,
    sessions_end,
    sessions_of,
)
from hazardmap.accounts.tries import Tries
from hazardmap.platform.client_address import client_address
from hazardmap.platform.sentences import sentence
from hazardmap.web.agent import agent_words
from hazardmap.web.asking import (
    done,
    new_password,
    own_form,
    own_page,
    own_page_with_form,
    signed_in,
)
from hazardmap.web.qr_code import qr_code

PAGE = "/account/security/"
CHANGING = Tries("password", per_whom=5, per_address=50)


@own_page
def security_page(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    context = {
        "second_factor": has_second_factor(user),
        "codes_left": recovery_codes_left(user),
        "sessions": [(one, agent_words(one.agent)) for one in sessions_of(user, _key(request))],
    }
    return render(request, "web/security.html", context)


@sensitive_post_parameters("old", "password")
@own_form
def change_password(request: HttpRequest) -> HttpResponse:
    """Other sessions end; this one goes on."""
    user = signed_in(request)
    if not may_try_password(request):
        messages.error(request, TOO_MANY)
        return HttpResponseRedirect(PAGE)
    try:
        password_change(
            user=user, old=request.POST.get("old", "")[:1000], new=new_password(request)
        )
        sessions_end(user=user, but=_key(request))
        update_session_auth_hash(request, user)
        messages.success(request, _("The password is changed; your other sessions have ended."))
    except AccountsRefused as refused:
        messages.error(request, sentence(refused))
        return HttpResponseRedirect(PAGE)
    except ValidationError as too_weak:
        messages.error(request, sentence(too_weak))
    CHANGING.forget(user.email, client_address(request))  # the old one was right
    return HttpResponseRedirect(PAGE)


@sensitive_post_parameters("password")
@own_page_with_form
def enrol(request: HttpRequest) -> HttpResponse:
    """Set a second factor up: a secret for the app, then a code of it with the password, then
    recovery codes.
    """
    user, error = signed_in(request), ""
    if has_second_factor(user):
        return HttpResponseRedirect(PAGE)
    if request.method == "POST":
        try:
            password_again(request)
            device, codes = second_factor_confirm(user=user, code=request.POST.get("code", ""))
            verify(request, device)
            sessions_end(user=user, but=_key(request))
            return render(request, "web/recovery_codes.html", {"codes": codes})
        except AccountsRefused as refused:
            error = sentence(refused)
    enrolment = second_factor_begin(user=user)
    context = {
        "picture": qr_code(enrolment.url),
        "secret": enrolment.secret,
        "url": enrolment.url,
        "error": error,
    }
    return render(request, "web/enrol.html", context)


@own_form
def renew_codes(request: HttpRequest) -> HttpResponse:
    try:
        codes = recovery_codes_renew(user=signed_in(request), code=request.POST.get("code", ""))
        return render(request, "web/recovery_codes.html", {"codes": codes})
    except AccountsRefused as refused:
        messages.error(request, sentence(refused))
    return HttpResponseRedirect(PAGE)


@own_form
def remove(request: HttpRequest) -> HttpResponse:
    user, code = signed_in(request), request.POST.get("code", "")
    act = partial(second_factor_remove, user=user, code=code)
    return done(request, PAGE, act, _("The second factor is removed."))


@own_form
def end_sessions(request: HttpRequest) -> HttpResponse:
    """One by its number, or all others."""
    number = request.POST.get("number") or None
    ended = sessions_end(user=signed_in(request), number=number, but=_key(request))
    told = _("Sessions ended: %(number)d.") % {"number": ended}
    messages.success(request, told, extra_tags="sessions")
    return HttpResponseRedirect(f"{PAGE}#sessions")


def may_try_password(request: HttpRequest) -> bool:
    """Whoever sits at somebody else's open session must not guess his password."""
    return not CHANGING.too_many(signed_in(request).email, client_address(request))


def password_again(request: HttpRequest) -> None:
    """For what an open session alone must not do. Raises AccountsRefused."""
    user = signed_in(request)
    right = may_try_password(request) and user.check_password(
        request.POST.get("password", "")[:1000]
    )
    if not right:
        raise AccountsRefused(_("The password is wrong, or there were too many tries."))
    CHANGING.forget(user.email, client_address(request))


def code_again(request: HttpRequest) -> None:
    """The same for the second factor of whoever has one. Raises AccountsRefused."""
    user = signed_in(request)
    shown = second_factor_check(user=user, code=request.POST.get("code", ""))
    if shown is None and has_second_factor(user):
        raise AccountsRefused(
            _("This code is wrong, used already, or came too soon after a wrong one.")
        )


def _key(request: HttpRequest) -> str:
    return request.session.session_key or ""
