"""Endpoints, what they watch, and their messages, to read."""

from django.contrib import admin

from hazardmap.platform.read_only_admin import ReadOnlyAdmin, ReadOnlyInline
from hazardmap.webhooks.models import Attempt, Delivery, Endpoint, WatchArea


class WatchAreaInline(ReadOnlyInline):
    model = WatchArea
    fields = ("name", "kinds", "min_probability", "published", "simulated", "created_at")


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    list_display = ("url", "organisation", "failures", "retry_at", "disabled_at")
    list_select_related = ("organisation",)
    search_fields = ("url", "organisation__name")
    ordering = ("-id",)
    inlines = (WatchAreaInline,)


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = ("at", "status", "duration_ms", "said")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "type", "endpoint", "state", "attempts", "next_at")
    list_select_related = ("endpoint",)
    list_filter = ("state", "type")
    search_fields = ("=id", "=hazard_id", "endpoint__url")
    ordering = ("-id",)
    inlines = (AttemptInline,)
