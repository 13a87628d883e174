"""Errors as application/problem+json (RFC 9457): every one names the field and the rule."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest
from psycopg.errors import QueryCanceled
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.core.seeing.georeference import Fault
from hazardmap.platform import problem_types
from hazardmap.platform.problem_types import ProblemType
from hazardmap.platform.problems import (
    MEDIA_TYPE,
    Broken,
    in_body,
    in_header,
    in_parameter,
    problem,
)
from hazardmap.platform.request_id import request_id


class Invalid(exceptions.APIException):
    """400 with one entry per broken rule of the body."""

    kind = problem_types.INVALID
    where = staticmethod(in_body)
    status_code: int = status.HTTP_400_BAD_REQUEST
    default_detail = "The request breaks a rule."

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = faults


class InvalidParameter(Invalid):
    """400: the broken rules are of parameters, in the query or in the path."""

    where = staticmethod(in_parameter)


class InvalidHeader(Invalid):
    """400: the broken rules are of headers."""

    where = staticmethod(in_header)


class TooLarge(Invalid):
    """413: what was sent is larger than the rule allows."""

    kind = problem_types.TOO_LARGE
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class TooSlow(exceptions.APIException):
    """The database gave up (statement_timeout)."""

    kind = problem_types.TOO_SLOW
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The answer took too long. Ask for a smaller area, or later."
    wait = 10


class TooManyFrames(exceptions.APIException):
    """429: the account's own frames have to be looked at first."""

    kind = problem_types.TOO_MANY_WAITING
    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    wait = 60


class NoRoomForFrames(exceptions.APIException):
    """503: the disk is nearly full."""

    kind = problem_types.NO_ROOM
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The disk is nearly full. Keep the frame and send it again later."
    wait = 300


_NO_HEADER: Final = {
    "Bearer": "There is no header `Authorization: Bearer …` with an API key or a device token.",
    "Basic": "There is no header `Authorization: Basic …` with an API key for a password, nor "
    "`Bearer …` with the key.",
}
"""By the scheme that `WWW-Authenticate` asks for."""

_KINDS: Final[dict[type[exceptions.APIException], ProblemType]] = {
    exceptions.ParseError: problem_types.UNREADABLE,
    exceptions.NotAuthenticated: problem_types.NO_TOKEN,
    exceptions.AuthenticationFailed: problem_types.BAD_TOKEN,
    exceptions.Throttled: problem_types.QUOTA,
}
"""Of REST framework's own errors; ours say it themselves."""


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler."""
    error = _as_answer(error)
    if isinstance(error, exceptions.UnsupportedMediaType):
        taken = " or ".join(parser.media_type for parser in context["request"].parsers)
        error.detail = exceptions.ErrorDetail(f"{error.detail} Send {taken}.")
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    body = document(error, context["request"])
    return Response(body, status=error.status_code, headers=headers, content_type=MEDIA_TYPE)


def document(error: exceptions.APIException, request: HttpRequest | Request) -> dict[str, Any]:
    """The problem document of an error in the answer to this request."""
    more = dict(getattr(error, "members", {}))
    if isinstance(error, exceptions.Throttled):
        more["violated-policies"] = ["default"]
    if kind := _kind_of(error):
        page = request.build_absolute_uri(problem_types.PAGE)
        more |= {"type": kind.uri(page), "title": kind.title}
    faults: Sequence[Fault] = ()
    errors: Sequence[Broken] = ()
    if isinstance(error, Invalid):
        faults = error.faults
        errors = [error.where(fault.field, fault.rule) for fault in faults]
    return problem(
        error.status_code,
        "; ".join(f"{fault.field or 'body'}: {fault.rule}" for fault in faults)
        or str(error.detail),
        errors,
        request_id=request_id(request.META),
        **more,
    )


def _kind_of(error: exceptions.APIException) -> ProblemType | None:
    """None where the status says all."""
    kind: ProblemType | None = getattr(error, "kind", None) or _KINDS.get(type(error))
    return kind


def _as_answer(error: Exception) -> Exception:
    """Django's own errors as REST framework's, and words for what the latter says vaguely."""
    if isinstance(error, OperationalError) and isinstance(error.__cause__, QueryCanceled):
        return TooSlow()
    if isinstance(error, Http404):
        return exceptions.NotFound("There is none with this id, or it is somebody else's.")
    if isinstance(error, exceptions.NotAuthenticated):
        scheme = str(getattr(error, "auth_header", "Bearer")).partition(" ")[0]
        error.detail = exceptions.ErrorDetail(_NO_HEADER[scheme])
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge([Fault("", "is larger than 1 MB without its files")])
    if isinstance(error, SuspiciousOperation):  # Django's limits on the fields of a form
        return exceptions.ParseError("The form has too many fields.")
    return error
