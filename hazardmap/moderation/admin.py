"""Decisions and the audit log, to read."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html

from hazardmap.moderation.audit_csv import audit_rows
from hazardmap.moderation.models import AuditEntry, Decision
from hazardmap.platform.csv_file import csv_file
from hazardmap.platform.read_only_admin import ReadOnlyAdmin, second_column


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("at", "action", "old_kind", "new_kind", "reason", "moderator", "undone_at")
    list_filter = ("action", "old_kind", "at")
    list_select_related = ("moderator",)
    search_fields = ("=hazard_id",)
    ordering = ("-at",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = (second_column("at"), "actor", "action", "subject", "change", "reason")
    list_filter = ("action", "at")
    search_fields = ("actor", "subject", "reason")
    ordering = ("-id",)
    change_list_template = "moderation/audit_list.html"

    class Media:
        css = {"all": ["moderation/audit_list.css"]}  # noqa: RUF012 - as Django reads it

    @admin.display(description="old → new")
    def change(self, entry: AuditEntry) -> str:
        """Only the fields that differ."""
        names = [*entry.before, *(name for name in entry.after if name not in entry.before)]
        changed = [
            f"{name}: {entry.before.get(name, '–')} → {entry.after.get(name, '–')}"
            for name in names
            if entry.before.get(name) != entry.after.get(name)
        ]
        return format_html("{}", ", ".join(changed) or "no change")

    def get_urls(self) -> list[URLPattern]:
        export = path(
            "export.csv",
            self.admin_site.admin_view(self.export),
            name="moderation_auditentry_export",
        )
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """What the list's search and filters select, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            chosen: Any = self.get_changelist_instance(request)
        except IncorrectLookupParameters as wrong:
            raise BadRequest from wrong
        entries = chosen.get_queryset(request).iterator(chunk_size=1000)
        return csv_file(audit_rows(entries), name=f"audit-{timezone.now():%Y-%m-%d}")
