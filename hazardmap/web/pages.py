"""What all public pages share, and the page that says what this is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

PAGES_PER_MINUTE = 600


@require_safe
def about_page(request: HttpRequest) -> HttpResponse:
    of_this_site = {
        "operator": settings.OPERATOR,
        "contact": settings.CONTACT,
        "picture_days": settings.PICTURE_DAYS,
    }
    return render(request, "web/about.html", of_this_site)
