"""Errors as application/problem+json (RFC 9457): every one names the field and the rule."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

from hazardmap.core.georeference import Fault
from hazardmap.platform.problems import MEDIA_TYPE, problem


class Invalid(exceptions.APIException):
    """400 with one entry per broken rule."""

    status_code: int = status.HTTP_400_BAD_REQUEST
    default_detail = "The request breaks a rule."

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = faults


class TooLarge(Invalid):
    """413: what was sent is larger than the rule allows."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, SuspiciousOperation):  # Django's limits on the fields of a form
        error = exceptions.ParseError("The form has too many or too large fields.")
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None) is not None:
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    faults = error.faults if isinstance(error, Invalid) else []
    detail = (
        "; ".join(f"{fault.field}: {fault.rule}" for fault in faults)
        if faults
        else str(error.detail)
    )
    return Response(
        problem(error.status_code, detail, [(fault.field, fault.rule) for fault in faults]),
        status=error.status_code,
        headers=headers,
        content_type=MEDIA_TYPE,
    )
