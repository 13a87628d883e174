"""Texts that have changed since somebody agreed to them: he is asked again."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from hazardmap.accounts.consent_selectors import consents_asked
from hazardmap.accounts.models import Consent
from hazardmap.accounts.services import consent_give
from hazardmap.web.asking import flags, own_page_with_form, signed_in
from hazardmap.web.sign_in import safe_next

TERMS, UPLOADS = Consent.Document.TERMS, Consent.Document.UPLOADS


@own_page_with_form
def consent_page(request: HttpRequest) -> HttpResponse:
    """No way on without the terms; without the licence of uploads, devices cannot upload."""
    user, then, error = signed_in(request), safe_next(request), None
    if request.method == "POST":
        ticked = flags(request, TERMS, UPLOADS)
        consent_give(user=user, documents=[one for one in (TERMS, UPLOADS) if ticked[one]])
        error = _("An account needs your consent to the terms of use.")
    asked = consents_asked(user)
    if TERMS not in asked and (request.method == "POST" or not asked):
        return HttpResponseRedirect(then)
    context = {"asked": asked, "next": then, "error": error}
    return render(request, "web/consent.html", context)
