"""The ledger, to read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from hazardmap.core.selling.pricing.money import Currency
from hazardmap.platform.amounts import amount_words
from hazardmap.platform.read_only_admin import ReadOnlyAdmin, ReadOnlyInline
from hazardmap.rewards.models import Booking, Entry


class EntryInline(ReadOnlyInline):
    model = Entry
    fields = ("account_id", "amount")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("account")

    @admin.display
    def amount(self, entry: Entry) -> str:
        return amount_words(entry.amount_micro, Currency(entry.account.currency))


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    list_display = ("at", "reference")
    search_fields = ("reference",)
    search_help_text = "What it is for, like split:<line of an invoice>"
    ordering = ("-id",)
    inlines = (EntryInline,)
