"""A page's language: what its address asks for, else the cookie's, else the browser's."""

from typing import Final

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

IN_ENGLISH: Final = ("/api/", "/tiles/", "/static/", "/healthz", "/admin/")
"""These, and pictures, answer in English and the same to everybody: caches keep one copy. The pages
among them are for moderators, and the reference of the API."""
YEAR_S: Final = 365 * 86_400


class PageLanguage(LocaleMiddleware):
    """Django's, with a menu of plain links: `lang=de` in an address shows its page in German and is
    remembered.
    """

    def process_request(self, request: HttpRequest) -> None:
        if not _in_english(request):
            super().process_request(request)
        translation.activate(language_of(request))

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if _in_english(request):
            return response
        if chosen := _chosen(request):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                max_age=YEAR_S,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
            )
        return super().process_response(request, response)


def language_of(request: HttpRequest) -> str:
    if _in_english(request):
        return settings.LANGUAGE_CODE
    return _chosen(request) or translation.get_language_from_request(request)


def _in_english(request: HttpRequest) -> bool:
    return request.path.startswith(IN_ENGLISH) or request.path.endswith(".jpg")


def _chosen(request: HttpRequest) -> str | None:
    try:
        wanted = request.GET.get("lang", "")
    except SuspiciousOperation:  # more fields than one may send: whoever needs them refuses
        return None
    return wanted if wanted in dict(settings.LANGUAGES) else None
