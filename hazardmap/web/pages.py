"""What all public pages share, and those that are a text: what this is, what people agree to."""

from typing import ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hazardmap.accounts.consent_selectors import VERSIONS
from hazardmap.accounts.models import Consent
from hazardmap.billing.plan_selectors import offers
from hazardmap.billing.price_words import price_words
from hazardmap.platform.limited import View, limited

PAGES_PER_MINUTE = 600
P = ParamSpec("P")


def public_page(view: View[P]) -> View[P]:
    """Decorates a page that anybody may read, and nobody too often."""
    return require_safe(limited("pages", PAGES_PER_MINUTE)(view))


@require_safe
def about_page(request: HttpRequest) -> HttpResponse:
    of_this_site = {
        "operator": settings.OPERATOR,
        "contact": settings.CONTACT,
        "picture_days": settings.PICTURE_DAYS,
    }
    return render(request, "web/about.html", of_this_site)


@public_page
def prices_page(request: HttpRequest) -> HttpResponse:
    """Of the plans on offer."""
    shown = [(one, price_words(one.prices)) for one in offers()]
    return render(request, "web/prices.html", {"offers": shown})


@require_safe
def terms_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/terms.html", {"version": VERSIONS[Consent.Document.TERMS]})


@require_safe
def upload_licence_page(request: HttpRequest) -> HttpResponse:
    version = VERSIONS[Consent.Document.UPLOADS]
    return render(request, "web/upload_licence.html", {"version": version})
