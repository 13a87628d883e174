"""Prices, customers and invoices, to read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from hazardmap.billing import models
from hazardmap.billing.invoice_files import KINDS, invoice_file
from hazardmap.billing.line_selectors import line_hour_events, line_hours_first
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import asked_micro
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.platform.amounts import amount_words
from hazardmap.platform.read_only_admin import ReadOnlyAdmin, ReadOnlyInline


def _money(name: str) -> Callable[[models.Invoice | models.CreditNote | models.Credit], str]:
    """A column of amounts of an invoice, of what takes back a part of it, or of what was paid in
    advance, in words."""

    @admin.display(description=name.replace("_", " "))
    def shown(row: models.Invoice | models.CreditNote | models.Credit) -> str:
        return amount_words(getattr(row, f"{name}_micro"), Currency(_currency(row)))

    return shown


def _currency(row: models.Invoice | models.CreditNote | models.Credit) -> str:
    match row:
        case models.Invoice():
            return row.currency
        case models.CreditNote():
            return row.invoice.currency
        case models.Credit():
            return row.customer.currency


class LineInline(ReadOnlyInline):
    model = models.InvoiceLine
    fields = ("position", "opened", "quantity", "amount")
    ordering = ("position",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("invoice")

    @admin.display(description="text")
    def opened(self, line: models.InvoiceLine) -> str:
        """A line of usage opens to its hours."""
        if not line.quantity:
            return line.text
        href = reverse("admin:billing_invoice_line", args=[line.invoice_id, line.id])
        return format_html('<a href="{}">{}</a>', href, line.text)

    @admin.display
    def amount(self, line: models.InvoiceLine) -> str:
        return amount_words(line.amount_micro, Currency(line.invoice.currency))


@admin.register(models.Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ("start", "seller", "number", "state", "customer", _money("total"), "owed")
    list_filter = ("state", "seller")
    list_select_related = ("seller", "customer")
    search_fields = ("=number",)
    search_help_text = "The number of an invoice"
    ordering = ("-start", "-number")
    fields = (  # type: ignore[assignment]  # its stubs know names only, Django callables too
        *("documents", "customer", "seller", "number", "state", "start", "end"),
        *(_money("net"), _money("tax"), _money("total"), _money("paid_by_credit")),
        *(_money("credited"), "owed", "tax", "parties"),
        *("drafted_at", "finalised_at", "paid_at", "voided_at"),
    )
    inlines = (LineInline,)

    def get_urls(self) -> list[URLPattern]:
        def at(place: str, view: Any, name: str) -> URLPattern:
            guarded: Any = self.admin_site.admin_view(view)
            place = f"<uuid:invoice_id>/{place}/"
            found: URLPattern = path(place, guarded, name=f"billing_invoice_{name}")
            return found

        line = at("line/<uuid:line_id>", self.line, "line")
        return [line, *(at(kind, self.file, kind) for kind in KINDS), *super().get_urls()]

    @admin.display
    def owed(self, invoice: models.Invoice) -> str:
        """What is left to be paid of one that went out."""
        if invoice.state != models.Invoice.State.FINALISED:
            return "–"
        return amount_words(asked_micro(invoice), Currency(invoice.currency))

    @admin.display(description="documents")
    def documents(self, invoice: models.Invoice) -> str:
        if invoice.number is None:
            return "a draft has none"
        links = [
            (reverse(f"admin:billing_invoice_{kind}", args=[invoice.id]), kind.upper())
            for kind in KINDS
        ]
        return format_html_join(" ", '<a href="{}">{}</a>', links)

    def file(self, request: HttpRequest, invoice_id: UUID) -> HttpResponse:
        """The PDF or the e-invoice."""
        kind = request.path.rstrip("/").rpartition("/")[2]
        if not self.has_view_permission(request):
            raise Http404
        get_object_or_404(models.Invoice, pk=invoice_id)
        try:
            file = invoice_file(invoice_id, kind)
        except BillingRefused as refused:
            raise Http404(str(refused)) from refused
        disposition = f'attachment; filename="{file.name}"'
        headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
        return HttpResponse(file.content, content_type=file.media_type, headers=headers)

    def line(self, request: HttpRequest, invoice_id: UUID, line_id: UUID) -> HttpResponse:
        """The hours of a line; of the one that is asked for, its answers and their hazards.

        These say where a fleet was in which second, and are for those who may see usage.
        """
        line = get_object_or_404(models.InvoiceLine, pk=line_id, invoice=invoice_id)
        if not self.has_view_permission(request, line.invoice):
            raise Http404
        key_id, text = request.GET.get("key"), request.GET.get("hour")
        if key_id and not request.user.has_perm("metering.view_usageevent"):
            raise PermissionDenied
        answers = None
        if key_id and text:
            try:
                answers = line_hour_events(line_id, key_id, datetime.fromisoformat(text))
            except ValueError as error:
                raise Http404 from error
        context = self.admin_site.each_context(request) | {
            "title": line.text,
            "line": line,
            "hours": line_hours_first(line_id),
            "answers": answers,
        }
        return render(request, "billing/invoice_line.html", context)


@admin.register(models.CreditNote)
class CreditNoteAdmin(ReadOnlyAdmin):
    list_display = ("at", "seller", "number", "invoice_id", _money("total"), "reason")
    list_select_related = ("seller", "invoice")
    ordering = ("-id",)
    fields = (  # type: ignore[assignment]  # its stubs know names only, Django callables too
        *("at", "seller", "number", "invoice", _money("total"), _money("tax"), "reason"),
        "reference",
    )


@admin.register(models.Credit)
class CreditAdmin(ReadOnlyAdmin):
    list_display = ("granted_at", "customer", _money("amount"), _money("spent"), "expires_at")
    list_select_related = ("customer",)
    search_fields = ("=reference", "customer__name")
    search_help_text = "The reference of a payment, or a customer"
    ordering = ("-granted_at",)
    fields = (  # type: ignore[assignment]  # its stubs know names only, Django callables too
        *("granted_at", "customer", _money("amount"), _money("spent"), "expires_at", "reference"),
    )


class SubscriptionInline(ReadOnlyInline):
    model = models.Subscription
    ordering = ("start",)
    fields = ("price_version", "start", "end")


@admin.register(models.Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ("name", "country", "currency", "seller")
    list_select_related = ("seller",)
    ordering = ("name",)
    inlines = (SubscriptionInline,)


@admin.register(models.PriceVersion)
class PriceVersionAdmin(ReadOnlyAdmin):
    list_display = ("plan", "version", "created_at", "offered")
    list_select_related = ("plan",)
    ordering = ("plan", "-version")

    @admin.display(boolean=True, description="on offer at its newest prices")
    def offered(self, version: models.PriceVersion) -> bool:
        return version.plan.offered_by_id is not None
