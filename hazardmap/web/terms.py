"""What people agree to, to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hazardmap.accounts.consent_selectors import VERSIONS
from hazardmap.accounts.models import Consent


@require_safe
def terms_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/terms.html", {"version": VERSIONS[Consent.Document.TERMS]})


@require_safe
def upload_licence_page(request: HttpRequest) -> HttpResponse:
    version = VERSIONS[Consent.Document.UPLOADS]
    return render(request, "web/upload_licence.html", {"version": version})
