"""Views that one address, or one account, may ask for only so often."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from hazardmap.platform.client_address import client_address
from hazardmap.platform.problems import answer
from hazardmap.platform.rate_limit import allow

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
PERIOD_S = 60
HOUR_S = 3600


def limited(what: str, per_minute: int) -> Callable[[View[P]], View[P]]:
    """Answer 429 with Retry-After beyond `per_minute` requests for `what` from one address."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            bucket = f"{what.replace(' ', '-')}:{client_address(request)}"
            if allow(bucket, limit=per_minute, period_s=PERIOD_S):
                return view(request, *args, **kwargs)
            refused = answer(429, f"More than {per_minute} {what} a minute from one address.")
            refused.headers["Retry-After"] = str(PERIOD_S)
            return refused

        return guarded

    return decorate


def too_many_of(account: UUID, what: str, per_hour: int) -> HttpResponse | None:
    """The answer to an account that asks for `what` more often in an hour, from wherever."""
    bucket = f"{what.replace(' ', '-')}-of:{account}"
    if allow(bucket, limit=per_hour, period_s=HOUR_S):
        return None
    refused = answer(429, f"More than {per_hour} {what} an hour from one account.")
    refused.headers["Retry-After"] = str(HOUR_S // per_hour)
    return refused
