"""Answers for the scripts of the map page, true for the moment only."""

from django.http import HttpResponse, JsonResponse
from django.utils import timezone


def fresh_json(body: dict[str, object]) -> HttpResponse:
    """The body, and `now` in Unix seconds where it does not say it; never from a cache."""
    response = JsonResponse({"now": timezone.now().timestamp(), **body})
    response.headers["Cache-Control"] = "no-store"
    return response
