"""What each error of the API means and what to do: where the `type` of a problem leads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hazardmap.platform.problem_types import PAGE, PROBLEM_TYPES


@require_safe
def problems_page(request: HttpRequest) -> HttpResponse:
    page = request.build_absolute_uri(PAGE)
    types = [(one, one.uri(page)) for one in PROBLEM_TYPES]
    return render(request, "web/problems.html", {"types": types})
