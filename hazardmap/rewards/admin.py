"""The ledger, to read."""

from django.contrib import admin

from hazardmap.platform.read_only_admin import ReadOnlyAdmin, ReadOnlyInline
from hazardmap.rewards.models import Booking, Entry


class EntryInline(ReadOnlyInline):
    model = Entry
    fields = ("account_id", "amount_micro")


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    list_display = ("at", "reference")
    search_fields = ("reference",)
    search_help_text = "What it is for, like split:<line of an invoice>"
    ordering = ("-id",)
    inlines = (EntryInline,)
