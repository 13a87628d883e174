"""What is kept of a person: to take along, and to delete for good."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from hazardmap.accounts.models import User
from hazardmap.accounts.selectors import account_facts, devices_of
from hazardmap.accounts.services import AccountsRefused, account_leave, language_choose
from hazardmap.capture.selectors import every_frame_of
from hazardmap.web.asking import signed_in, words_of
from hazardmap.web.security import password_again

PAGE = "/account/data/"


@never_cache
@login_required
@require_safe
def your_data_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/your_data.html", {"facts": account_facts(signed_in(request))})


@never_cache
@login_required
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Everything that is kept of an account, as one JSON document."""
    return StreamingHttpResponse(
        _document(signed_in(request), request.build_absolute_uri("/images/")),
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="hazardmap-my-data.json"'},
    )


@login_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Of mails; that of pages is in their menu."""
    try:
        language_choose(user=signed_in(request), language=request.POST.get("language", ""))
        messages.success(request, _("Saved."))
    except AccountsRefused as refused:
        messages.error(request, words_of(refused))
    return HttpResponseRedirect(f"{PAGE}#language")


@never_cache
@sensitive_post_parameters("password")
@login_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Delete the account: the password again, for there is no way back."""
    user = signed_in(request)
    try:
        password_again(request)
        account_leave(user=user)
    except AccountsRefused as refused:
        messages.error(request, words_of(refused))
        return HttpResponseRedirect(f"{PAGE}#leave")
    logout(request)
    return render(request, "web/left.html")


def _document(user: User, images: str) -> Iterator[str]:
    """Frames one by one: there may be a hundred thousand."""
    head = {"account": account_facts(user), "devices": [asdict(one) for one in devices_of(user)]}
    yield f'{json.dumps(head, default=str, indent=1)[:-2]},\n "frames": [\n'
    separator = ""
    for frame in every_frame_of(user.pk):
        yield f"{separator}  {json.dumps(_frame(frame, images), default=str)}"
        separator = ",\n"
    yield "\n ]\n}\n"


def _frame(frame: dict[str, Any], images: str) -> dict[str, Any]:
    has_image = frame.pop("stored")
    return frame | {"picture": f"{images}{frame['id']}.jpg" if has_image else None}
