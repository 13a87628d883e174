"""POST with an Idempotency-Key: done once, and answered the same way when it is sent again.

After draft-ietf-httpapi-idempotency-key-header-07. Successes are kept for KEPT; what was refused
has changed nothing and may be corrected under the same key. A kept answer may hold a token that
is shown once, so it is sealed with the key and the request: the database alone cannot read it.
What was done and the answer to it are one transaction: a process that dies leaves both or neither.
"""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256, shake_256
from typing import Concatenate, Final, ParamSpec, TypeVar

from django.db import transaction
from django.db.models.functions import Now
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from hazardmap.api.limits import LimitedView
from hazardmap.api.models import KeptAnswer
from hazardmap.api.problems import InvalidHeader
from hazardmap.core.seeing.georeference import Fault
from hazardmap.platform import problem_types

HEADER: Final = "Idempotency-Key"
KEPT: Final = timedelta(hours=24)
LEASE: Final = timedelta(minutes=2)
"""After this long whoever processes a request is taken for dead."""
_KEY: Final = re.compile(r'"([\x20-\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')

V = TypeVar("V", bound=LimitedView)
P = ParamSpec("P")


class Running(APIException):
    kind = problem_types.RUNNING
    status_code = status.HTTP_409_CONFLICT
    default_detail = "A request with this Idempotency-Key is being processed."


class AnotherRequest(APIException):
    kind = problem_types.ANOTHER_REQUEST
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was used for another request."


def idempotent(
    post: Callable[Concatenate[V, Request, P], Response],
) -> Callable[Concatenate[V, Request, P], Response]:
    """Decorates the `post` of a view. Without the header nothing changes."""

    @wraps(post)
    def once(view: V, request: Request, /, *path: P.args, **parts: P.kwargs) -> Response:
        key = _key_of(request)
        if key is None:
            return post(view, request, *path, **parts)
        asked = f"{view.bucket(request)}\n{request.path}\n{key}".encode()
        name, secret = sha256(asked).digest(), asked + _payload(request)
        kept = _taken(name, sha256(secret).digest())
        if kept is not None:
            return _again(kept, secret)
        try:
            with transaction.atomic():
                response = post(view, request, *path, **parts)
                _keep(name, response, secret)
        except Exception:
            KeptAnswer.objects.filter(name=name, status=None).delete()
            raise
        return response

    return once


def forget_old_answers() -> int:
    """Delete what is older than KEPT; how many that were."""
    return KeptAnswer.objects.filter(at__lt=Now() - KEPT).delete()[0]


def _taken(name: bytes, payload: bytes) -> KeptAnswer | None:
    """The answer that is kept under this name; None if the request is ours to process.

    Raises Running and AnotherRequest.
    """
    now = Now()  # of the database: the clocks of those who serve may differ
    _, created = KeptAnswer.objects.get_or_create(
        name=name, defaults={"payload": payload, "at": now}
    )
    if created:
        return None
    over = KeptAnswer.objects.filter(name=name).exclude(at__gte=now - LEASE, status=None)
    over = over.exclude(at__gte=now - KEPT, status__isnull=False)
    if over.update(payload=payload, at=now, status=None, location="", body=b""):
        return None
    kept = KeptAnswer.objects.filter(name=name).first()
    if kept is None:
        raise Running  # it was refused a moment ago; the next try will find the place free
    if bytes(kept.payload) != payload:
        raise AnotherRequest
    if kept.status is None:
        raise Running
    return kept


def _keep(name: bytes, response: Response, secret: bytes) -> None:
    """In the transaction of what was done. Raises Running where we were so slow that somebody else
    has answered, or is about to: he is not to have done it twice."""
    body = json.dumps(response.data, cls=JSONEncoder).encode()
    kept = KeptAnswer.objects.filter(name=name, status=None).update(
        status=response.status_code,
        location=response.headers.get("Location", ""),
        body=_sealed(body, secret),
    )
    if not kept:
        raise Running


def _again(kept: KeptAnswer, secret: bytes) -> Response:
    headers = {"Idempotent-Replayed": "true", "Cache-Control": "no-store"}
    if kept.location:
        headers["Location"] = kept.location
    body = json.loads(_sealed(bytes(kept.body), secret))
    return Response(body, status=kept.status, headers=headers)


def _key_of(request: Request) -> str | None:
    """The header is a string of RFC 9651; without its quotes it is taken, too. Raises Invalid."""
    text = request.headers.get(HEADER)
    if text is None:
        return None
    match = _KEY.fullmatch(text)
    if match is None:
        rule = 'must be a string of 1 to 255 ASCII letters, like "8e03…"'
        raise InvalidHeader([Fault(HEADER, rule)])
    return match[1] or match[2]


def _payload(request: Request) -> bytes:
    """What a request says, however its parts are separated on the way."""
    if not request.content_type.startswith("multipart/"):
        return bytes(request._request.body)
    digest = sha256()
    for name in sorted(request.POST):
        digest.update(f"{name}={request.POST.getlist(name)!r}\n".encode(errors="replace"))
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(f"{name}:{file.size}\n".encode(errors="replace") + file.read())
            file.seek(0)
    return digest.digest()


def _sealed(body: bytes, secret: bytes) -> bytes:
    """Under a pad that is used for this body alone; the same again opens it."""
    pad = shake_256(b"seal\n" + secret).digest(len(body))
    return bytes(a ^ b for a, b in zip(body, pad, strict=True))
