"""Views that read no parameters, and say so to whoever sends one."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase

from hazardmap.core.answers.unknown import no_parameter
from hazardmap.platform.problem_types import INVALID, PAGE
from hazardmap.platform.problems import answer, in_parameter
from hazardmap.platform.request_id import request_id

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def no_parameters(view: View[P]) -> View[P]:
    """Answer 400 where there is a query."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.GET:
            return view(request, *args, **kwargs)
        faults = [(name, no_parameter(name)) for name in request.GET]
        return answer(
            INVALID.status,
            "; ".join(f"{name}: {rule}" for name, rule in faults),
            [in_parameter(name, rule) for name, rule in faults],
            request_id=request_id(request.META),
            type=INVALID.uri(request.build_absolute_uri(PAGE)),
            title=INVALID.title,
        )

    return guarded
