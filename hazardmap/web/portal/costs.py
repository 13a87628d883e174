"""What the month costs, how much it may cost, and the invoices down to the single answer."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hazardmap.accounts.selectors import api_keys_of
from hazardmap.billing.invoice_files import (
    KINDS,
    InvoiceFile,
    credit_note_file,
    invoice_file,
)
from hazardmap.billing.line_selectors import line_events, line_hour_events, line_hours_first
from hazardmap.billing.selectors import (
    InvoiceInfo,
    InvoiceLineInfo,
    invoice_get,
    invoices_of,
    organisation_of,
    prepaid_of,
)
from hazardmap.billing.services import cap_set
from hazardmap.billing.spend_selectors import spend_alerts, spending_now
from hazardmap.core.access.roles import Act
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.metering.selectors import is_kept, usage_complete_to
from hazardmap.platform.csv_file import csv_file
from hazardmap.platform.limited import too_many_of
from hazardmap.platform.there import there
from hazardmap.web.asking import done
from hazardmap.web.portal.access import Portal, portal_page, show

LISTS_PER_HOUR: Final = 60


@require_safe
@portal_page(Act.SEE_BILLS)
def costs_page(request: HttpRequest, portal: Portal) -> HttpResponse:
    organisation_id, now = portal.organisation.pk, timezone.now()
    spending = spending_now(organisation_id, now)
    names = {key.kid: key.name for key in api_keys_of(organisation_id)}
    keys = [(key, names.get(key.key_id, key.key_id)) for key in spending.keys] if spending else []
    alerts = [
        (alert, names.get(alert.key_id, alert.key_id))
        for alert in reversed(spend_alerts(organisation_id))
    ]
    return show(
        request,
        portal,
        "costs",
        spending=spending,
        keys=keys,
        alerts=alerts[:50],
        prepaid=prepaid_of(organisation_id, now),
        complete_to=usage_complete_to(now),
    )


@require_POST
@portal_page(Act.MANAGE_BILLING)
def set_cap(request: HttpRequest, portal: Portal) -> HttpResponse:
    """An empty amount takes the cap away."""

    def act() -> None:
        typed = request.POST.get("amount", "").strip().replace(",", ".")
        try:
            amount = Decimal(typed) if typed else None
        except InvalidOperation:
            raise ValueError(_("The cap must be an amount like 250 or 250.00.")) from None
        cap_set(
            organisation_id=portal.organisation.pk,
            amount=amount,
            key_id=request.POST.get("key", ""),
            hard=request.POST.get("hard") == "on",
        )

    words = _("Saved. It is in force within ten seconds.")
    return done(request, portal.url("costs/"), act, words)


@require_safe
@portal_page(Act.SEE_BILLS)
def invoices_page(request: HttpRequest, portal: Portal) -> HttpResponse:
    return show(request, portal, "invoices", invoices=invoices_of(portal.organisation.pk))


@require_safe
@portal_page(Act.SEE_BILLS)
def invoice_page(request: HttpRequest, portal: Portal, invoice_id: UUID) -> HttpResponse:
    return show(request, portal, "invoice", invoice=_invoice(portal, invoice_id))


@require_safe
@portal_page(Act.SEE_BILLS)
def invoice_document(
    request: HttpRequest, portal: Portal, invoice_id: UUID, kind: str
) -> HttpResponse:
    invoice = _invoice(portal, invoice_id)
    if kind not in KINDS or not invoice.number:
        raise Http404
    return _download(invoice_file(invoice_id, kind))


@require_safe
@portal_page(Act.SEE_BILLS)
def credit_note_document(
    request: HttpRequest, portal: Portal, invoice_id: UUID, note_id: UUID, kind: str
) -> HttpResponse:
    notes = {note.id for note in _invoice(portal, invoice_id).credit_notes}
    if kind not in KINDS or note_id not in notes:
        raise Http404
    return _download(credit_note_file(note_id, kind))


def _download(file: InvoiceFile) -> HttpResponse:
    return HttpResponse(
        file.content,
        content_type=file.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
    )


@require_safe
@portal_page(Act.SEE_BILLS)
def line_page(
    request: HttpRequest, portal: Portal, invoice_id: UUID, position: int
) -> HttpResponse:
    """A line of usage by hours; with `key` and `hour`, the answers of one of them."""
    invoice = _invoice(portal, invoice_id)
    line = _line(invoice, position)
    key, hour = request.GET.get("key", ""), _hour(request.GET.get("hour", ""))
    first = line_hour_events(line.id, key, hour) if key and hour else None
    return show(
        request,
        portal,
        "invoice_line",
        invoice=invoice,
        line=line,
        hours=line_hours_first(line.id),
        events=first.shown if first else [],
        more=first is not None and first.more,
        kept=first is None or first.kept,
        opened=(key, hour),
    )


@require_safe
@portal_page(Act.SEE_BILLS)
def line_csv(
    request: HttpRequest, portal: Portal, invoice_id: UUID, position: int
) -> HttpResponseBase:
    """Every answer behind a line of usage, and what was in it; or its hours, once they are gone."""
    invoice = _invoice(portal, invoice_id)
    line = _line(invoice, position)
    if refused := too_many_of(portal.user.pk, "lists of answers", LISTS_PER_HOUR):
        return refused
    return csv_file(_answers(line.id), name=f"{invoice.number or 'draft'}-{position}")


def _answers(line_id: UUID) -> Iterator[Sequence[object]]:
    yield "served_utc", "key", "units", "what", "request", "hazards"
    is_there = cache(is_kept)
    for hour, events in line_events(line_id):
        if not is_there(month_of(hour.hour).start):  # then its sum is all that is left
            since = f"{hour.hour.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
            yield since, hour.key_id, hour.quantity, "", "", ""
        for event in events:
            hazards = " ".join(map(str, event.hazards))
            at = f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
            yield at, hour.key_id, event.quantity, event.subject, event.request_id, hazards


def _invoice(portal: Portal, invoice_id: UUID) -> InvoiceInfo:
    """Another organisation's looks like one that is not there."""
    if organisation_of(invoice_id) != portal.organisation.pk:
        raise Http404
    return invoice_get(invoice_id)


def _line(invoice: InvoiceInfo, position: int) -> InvoiceLineInfo:
    return there(next((line for line in invoice.lines if line.position == position), None))


def _hour(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H").replace(tzinfo=UTC)
    except ValueError:
        return None
