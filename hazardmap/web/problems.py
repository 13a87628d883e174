"""What each error of the API means and what to do: where the `type` of a problem leads."""

from itertools import cycle

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from hazardmap.platform.problem_types import PAGE, PROBLEM_TYPES


@require_safe
def problems_page(request: HttpRequest) -> HttpResponse:
    page = request.build_absolute_uri(PAGE)
    types = [
        {
            "type": one,
            "uri": one.uri(page),
            "means": _with_code(one.means),
            "do": _with_code(one.do),
        }
        for one in PROBLEM_TYPES
    ]
    return render(request, "web/problems.html", {"types": types})


def _with_code(text: str) -> SafeString:
    """What stands between backticks as code."""
    shapes = cycle(("{}", "<code>{}</code>"))
    parts = (format_html(shape, part) for shape, part in zip(shapes, text.split("`"), strict=False))
    return format_html_join("", "{}", ((part,) for part in parts))
