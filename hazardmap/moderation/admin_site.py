"""The admin site: Django's own, with the review queue, pictures and a limit on guessing."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse

from hazardmap.accounts.login import ThrottledLoginForm
from hazardmap.moderation import queue, report_queue
from hazardmap.moderation.access import may_moderate
from hazardmap.moderation.images import image


class StaffLoginForm(ThrottledLoginForm, AdminAuthenticationForm):
    """For staff only, and no guessing."""


class ModerationSite(AdminSite):
    site_header = "hazardmap"
    site_title = "hazardmap"
    index_title = "Administration"
    login_form = StaffLoginForm

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own: list[URLPattern | URLResolver] = [
            path("queue/", self.admin_view(queue.first), name="queue"),
            path("queue/<uuid:hazard_id>/", self.admin_view(queue.item), name="queue_item"),
            path(
                "queue/<uuid:hazard_id>/decide/", self.admin_view(queue.give), name="queue_decide"
            ),
            path("queue/<uuid:hazard_id>/skip/", self.admin_view(queue.skip), name="queue_skip"),
            path(
                "queue/undo/<uuid:decision_id>/",
                self.admin_view(queue.take_back),
                name="queue_undo",
            ),
            path("reports/", self.admin_view(report_queue.first), name="reports"),
            path(
                "reports/<uuid:frame_id>/", self.admin_view(report_queue.item), name="report_item"
            ),
            path(
                "reports/<uuid:frame_id>/decide/",
                self.admin_view(report_queue.give),
                name="report_decide",
            ),
            path(
                "reports/<uuid:frame_id>/undo/",
                self.admin_view(report_queue.take_back),
                name="report_undo",
            ),
            path("images/<uuid:frame_id>.jpg", self.admin_view(image), name="image"),
        ]
        # "View on site" leads to pages that no row has, and fails where an id is none.
        django = [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]
        return [*own, *django]

    def password_change(  # type: ignore[override]  # its stubs know a page alone
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """Where everybody does: guessing the old one is bounded, and the owner is told."""
        return redirect("security")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Django's list of tables, and above it the review queue for those who may use it."""
        tables = list(super().get_app_list(request, app_label))
        if app_label is not None or not may_moderate(request):
            return tables
        url = reverse("admin:queue")
        entries = [
            {
                "name": name,
                "object_name": view,
                "admin_url": reverse(f"admin:{view}"),
                "add_url": None,
                "view_only": True,
                "perms": {"add": False, "change": False, "delete": False, "view": True},
            }
            for name, view in (("Review queue", "queue"), ("Reported pictures", "reports"))
        ]
        review = {
            "name": "Review",
            "app_label": "review",
            "app_url": url,
            "has_module_perms": True,
            "models": entries,
        }
        return [review, *tables]
