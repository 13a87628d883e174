"""What is kept of a person: to take along, and to delete for good."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from hazardmap.accounts.models import User
from hazardmap.accounts.person_selectors import account_kept
from hazardmap.accounts.selectors import account_facts
from hazardmap.accounts.services import AccountsRefused, account_leave, language_choose
from hazardmap.capture.selectors import every_frame_of, takedowns_kept
from hazardmap.hazards.person_selectors import views_kept, witness_kept
from hazardmap.inference.person_selectors import looks_kept
from hazardmap.moderation.person_selectors import decisions_kept
from hazardmap.platform.limited import too_many_of
from hazardmap.platform.sentences import sentence
from hazardmap.rewards.reason_selectors import reasons_kept
from hazardmap.rewards.selectors import earnings_kept
from hazardmap.rewards.statement_text import statement_text
from hazardmap.web.asking import done, own_form, own_page, signed_in
from hazardmap.web.security import password_again

PAGE = "/account/data/"
FRAMES_AT_ONCE: Final = 500
COPIES_PER_HOUR: Final = 10


@own_page
def your_data_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/your_data.html", {"facts": account_facts(signed_in(request))})


@own_page
def export(request: HttpRequest) -> HttpResponseBase:
    """Everything that is kept of a person, as one JSON document."""
    user = signed_in(request)
    if refused := too_many_of(user.pk, "copies of your data", COPIES_PER_HOUR):
        return refused
    return StreamingHttpResponse(
        _document(user, request.build_absolute_uri),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="hazardmap-my-data.json"'},
    )


@own_form
def choose_language(request: HttpRequest) -> HttpResponse:
    """Of mails; that of pages is in their menu."""
    act = partial(
        language_choose, user=signed_in(request), language=request.POST.get("language", "")
    )
    return done(request, PAGE, act, _("Saved."))


@sensitive_post_parameters("password")
@own_form
def leave(request: HttpRequest) -> HttpResponse:
    """Delete the account: the password again, for there is no way back."""
    user = signed_in(request)
    try:
        password_again(request)
        account_leave(user=user)
    except AccountsRefused as refused:
        messages.error(request, sentence(refused))
        return HttpResponseRedirect(PAGE)
    logout(request)
    return render(request, "web/left.html")


def _document(user: User, address: Callable[[str], str]) -> Iterator[str]:
    """Rows one by one, frames by the chunk: there may be a hundred thousand."""
    head = account_kept(user) | earnings_kept(user) | decisions_kept(user)
    yield json.dumps(head, default=str, indent=1)[:-2]
    device_ids = [device["id"] for device in head["devices"]]
    yield ',\n "statement": '
    yield from statement_text(user.witness)
    yield from _section("reasons", reasons_kept(user.witness))
    yield from _section("frames", _frames(user, address))
    for name, rows in witness_kept(user.witness, device_ids):
        yield from _section(name, rows)
    yield "\n}\n"


def _section(name: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield f',\n "{name}": ['
    separator = "\n  "
    for row in rows:
        yield f"{separator}{json.dumps(row, default=str)}"
        separator = ",\n  "
    yield "\n ]"


def _frames(user: User, address: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    frames = every_frame_of(user.pk)
    while chunk := list(islice(frames, FRAMES_AT_ONCE)):
        ids = [frame["id"] for frame in chunk]
        looks, views, takedowns = looks_kept(ids), views_kept(ids), takedowns_kept(ids)
        for frame in chunk:
            number, stored, digest = frame["id"], frame.pop("stored"), frame.pop("sha256")
            yield (
                frame
                | looks[number]
                | {
                    "sha256": bytes(digest).hex(),
                    "picture": address(reverse("image", args=[number])) if stored else None,
                    "view": views.get(number),
                    "takedown": takedowns.get(number),
                }
            )
