"""A contributor's own page: pairing a phone, devices, and what became of the frames."""

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hazardmap.accounts.consent_selectors import consents_asked, has_consented
from hazardmap.accounts.models import Consent, User
from hazardmap.accounts.selectors import DeviceInfo, devices_of
from hazardmap.accounts.services import (
    AccountsRefused,
    NewPairingCode,
    consent_give,
    device_revoke,
    pairing_code_create,
)
from hazardmap.capture.drive_selectors import drives_of
from hazardmap.capture.selectors import frames_of, last_taken
from hazardmap.core.ids import id_or_none
from hazardmap.hazards.services import drive_forget, picture_forget
from hazardmap.platform.sentences import sentence
from hazardmap.web.asking import own_form, own_page, signed_in
from hazardmap.web.form_addresses import page_before
from hazardmap.web.qr_code import qr_code
from hazardmap.web.words import PROVENANCES, REASONS

RECENT_FRAMES = 24
RECENT_DRIVES = 20


@own_page
def account_page(request: HttpRequest) -> HttpResponse:
    return _account(request, None)


@own_form
def pairing_code(request: HttpRequest) -> HttpResponse:
    """A new code, shown in the answer and nowhere else. Uploads need their licence first."""
    user = signed_in(request)
    if request.POST.get("uploads") == "on":
        consent_give(user=user, documents=[Consent.Document.UPLOADS])
    if not has_consented(user, Consent.Document.UPLOADS):
        messages.error(request, _("Uploading needs your consent to the licence of uploads."))
        return HttpResponseRedirect("/account/")
    try:
        return _account(request, pairing_code_create(owner=user))
    except AccountsRefused as refused:
        messages.error(request, sentence(refused))
        return HttpResponseRedirect("/account/")


@own_form
def revoke(request: HttpRequest, device_id: UUID) -> HttpResponse:
    device_revoke(owner=signed_in(request), device_id=device_id)
    messages.success(request, _("The device can no longer upload."), extra_tags="devices")
    return HttpResponseRedirect("/account/#devices")


@own_form
def picture_delete(request: HttpRequest, frame_id: UUID) -> HttpResponse:
    """For good. A second click finds it gone and says the same."""
    picture_forget(frame_id=frame_id, account_id=signed_in(request).pk)
    messages.success(request, _("The picture is deleted."), extra_tags="frames")
    return HttpResponseRedirect(f"{_page(request)}#frames")


@own_form
def drive_delete(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """For good, all pictures of a drive. A second click finds them gone and says the same."""
    begin, end = _moment(request, "begin"), _moment(request, "end")
    if begin is None or end is None:
        raise BadRequest
    left = drive_forget(account_id=signed_in(request).pk, device_id=device_id, begin=begin, end=end)
    if left:
        told = ngettext(
            "%(left)s frame of the drive is left: delete it again.",
            "%(left)s frames of the drive are left: delete it again.",
            left,
        )
        messages.error(request, told % {"left": left}, extra_tags="drives")
    else:
        messages.success(request, _("The drive is deleted."), extra_tags="drives")
    return HttpResponseRedirect(f"{_page(request)}#drives")


def _account(request: HttpRequest, code: NewPairingCode | None) -> HttpResponse:
    """code: the one that was just made, shown with a picture of the address that hands it over."""
    user = signed_in(request)
    address = code and request.build_absolute_uri(f"/drive/#code={code.code}")
    before = id_or_none(request.GET.get("before", ""))
    frames = frames_of(user.pk, limit=RECENT_FRAMES, before=before)
    devices = devices_of(user)
    last = last_taken([device.id for device in devices])
    context = {
        "code": code,
        "picture": address and qr_code(address),
        "site": request.build_absolute_uri("/").rstrip("/"),
        "stopped": Consent.Document.UPLOADS in consents_asked(user),
        "licensed": has_consented(user, Consent.Document.UPLOADS),
        "devices": [(device, last.get(device.id)) for device in devices],
        "drives": _drives(user, devices),
        "drives_told": any(one.extra_tags == "drives" for one in messages.get_messages(request)),
        "older": frames[-1].id if len(frames) == RECENT_FRAMES else None,
        "frames": [
            (frame, PROVENANCES[frame.provenance], REASONS.get(frame.reason, frame.reason))
            for frame in frames
        ],
    }
    return render(request, "web/account.html", context)


def _drives(user: User, devices: list[DeviceInfo]) -> list[dict[str, object]]:
    """Each with the name of its device, and where the pages of frames begin with it."""
    names = {device.id: device.name for device in devices}
    return [
        {"drive": drive, "device": names[drive.device_id], "after": UUID(int=drive.newest.int + 1)}
        for drive in drives_of(user.pk, limit=RECENT_DRIVES)
    ]


def _moment(request: HttpRequest, name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        return None
    known = moment.tzinfo is not None and 1970 <= moment.year <= 9000
    return moment if known else None


def _page(request: HttpRequest) -> str:
    """The page of frames that somebody was on."""
    page = page_before(request)
    return page if urlsplit(page).path == "/account/" else "/account/"
