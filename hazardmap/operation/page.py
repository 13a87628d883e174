"""The status as a page of the admin site, for superusers: it tells of all that the site does."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hazardmap.core.operation.condition import Health
from hazardmap.operation.status import status


@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Who may see it; sending people to the login is the site's job."""
    if not request.user.is_superuser:
        raise PermissionDenied
    lines = status()
    context = admin.site.each_context(request) | {
        "title": "Status",
        "is_nav_sidebar_enabled": False,
        "lines": lines,
        "late": sum(line.verdict is Health.LATE for line in lines),
        "stuck": sum(line.verdict is Health.STUCK for line in lines),
        "at": timezone.now(),
    }
    return render(request, "operation/status.html", context)
