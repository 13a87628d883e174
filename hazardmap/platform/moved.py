"""Where the address of a thing leads that has become a part of another one."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import reverse


def moved(request: HttpRequest, **ids: UUID | None) -> HttpResponseRedirect:
    """To the same address with these ids in it, and the same question. Not for ever (308): an id
    may come back. Raises Http404 where an id is None."""
    match = request.resolver_match
    if match is None or None in ids.values():
        raise Http404
    path = reverse(match.view_name, kwargs=match.kwargs | ids)
    question = request.META["QUERY_STRING"]
    return HttpResponseRedirect(
        f"{path}?{question}" if question else path,
        preserve_request=True,
        headers={"Cache-Control": "no-store"},
    )
