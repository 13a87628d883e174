"""Admin pages of rows that nobody edits by hand."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyTabularInline = admin.TabularInline[Any, Any]
else:  # Django's own classes take no type parameters when they run.
    AnyModelAdmin = admin.ModelAdmin
    AnyTabularInline = admin.TabularInline


class _NobodyWrites:
    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ReadOnlyAdmin(_NobodyWrites, AnyModelAdmin):
    """Rows can be listed, filtered and read by whoever may view them, and changed by nobody."""

    show_full_result_count = False
    list_per_page = 50


class ReadOnlyInline(_NobodyWrites, AnyTabularInline):
    """Rows of another table that belong to the one shown, as a table without inputs."""

    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Any:
        return self.fields or ()
