"""Prices, customers and invoices, to read."""

from django.contrib import admin

from hazardmap.billing import models
from hazardmap.platform.read_only_admin import ReadOnlyAdmin, ReadOnlyInline


class LineInline(ReadOnlyInline):
    model = models.InvoiceLine
    fields = ("position", "text", "quantity", "amount_micro")
    ordering = ("position",)


@admin.register(models.Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ("start", "seller", "number", "state", "customer", "total_micro", "currency")
    list_filter = ("state", "seller")
    list_select_related = ("seller", "customer")
    search_fields = ("=number",)
    search_help_text = "The number of an invoice"
    ordering = ("-start", "-number")
    inlines = (LineInline,)


@admin.register(models.CreditNote)
class CreditNoteAdmin(ReadOnlyAdmin):
    list_display = ("at", "seller", "number", "invoice_id", "total_micro", "reason")
    list_select_related = ("seller",)
    ordering = ("-id",)


@admin.register(models.Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ("name", "country", "currency", "seller")
    list_select_related = ("seller",)
    ordering = ("name",)


@admin.register(models.PriceVersion)
class PriceVersionAdmin(ReadOnlyAdmin):
    list_display = ("plan", "version", "created_at")
    list_select_related = ("plan",)
    ordering = ("plan", "-version")
