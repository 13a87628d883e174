"""The e-mail address of an account: asking for another one, and confirming it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from hazardmap.accounts.models import MailLink
from hazardmap.accounts.services import (
    AccountsRefused,
    address_change_ask,
    address_change_finish,
    has_second_factor,
    link_find,
)
from hazardmap.platform.sentences import sentence
from hazardmap.web.asking import EmailForm, mail_sent, own_page_with_form, signed_in
from hazardmap.web.security import code_again, password_again


@sensitive_post_parameters("password", "code")
@own_page_with_form
def address_page(request: HttpRequest) -> HttpResponse:
    """Ask for a link to the new address: with the password, and a code where there are codes."""
    user, form = signed_in(request), EmailForm(request.POST or None)
    if form.is_valid():
        try:
            password_again(request)
            code_again(request)
            sent = mail_sent(
                request,
                form,
                lambda email: address_change_ask(user=user, email=email),
                MailLink.Purpose.ADDRESS,
            )
            if sent is not None:
                return sent
        except AccountsRefused as refused:
            form.add_error(None, sentence(refused))
    context = {"form": form, "second_factor": has_second_factor(user)}
    return render(request, "web/address.html", context)


@own_page_with_form
def address_finish_page(request: HttpRequest, token: str) -> HttpResponse:
    """By the account that asked alone; opening changes nothing, since programs open links too."""
    link, user, error = link_find(token, MailLink.Purpose.ADDRESS), signed_in(request), ""
    if link is None or link.user_id != user.pk:
        return render(request, "web/link_gone.html", {"again": "/account/address/"}, status=410)
    if request.method == "POST":
        try:
            address_change_finish(token=token, user=user)
            messages.success(request, _("Your account has its new address. Sign in with it."))
            return HttpResponseRedirect("/account/security/")
        except AccountsRefused as refused:
            error = sentence(refused)
    return render(request, "web/address_finish.html", {"link": link, "error": error})
