"""Admin pages of rows that nobody edits by hand."""

from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

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


# What Django's own filters ask of a field, or of the key of a row that it points to.
_ASKED = ("", "exact", "gte", "lt", "isnull", "isempty", "id__exact")


class DeclaredLookups:
    """Lists are filtered by what the page offers alone.

    Django lets an address ask for any column: also for those that are not shown, such as the
    account behind a witness number. And it lets it ask anything, such as for a broken regular
    expression, at which the database fails.
    """

    def lookup_allowed(self, lookup: str, value: object, request: HttpRequest) -> bool:
        filters = self.get_list_filter(request)  # type: ignore[attr-defined]  # mixed into a ModelAdmin
        names = [_name_of(one) for one in filters]
        return lookup in {f"{name}__{asked}".rstrip("_") for name in names for asked in _ASKED}


def _name_of(offered: Any) -> str:
    """Of a field, of a field with its filter, or of a filter of our own."""
    if isinstance(offered, tuple):
        offered = offered[0]
    return offered if isinstance(offered, str) else str(offered.parameter_name)


def second_column(name: str) -> Callable[[object], str]:
    """A column of times to the second."""

    @admin.display(description=name.replace("_", " "), ordering=name)
    def shown(row: object) -> str:
        at = getattr(row, name).astimezone(UTC)
        return f"{at:%Y-%m-%d %H:%M:%S} UTC"

    return shown


def id_column(name: str) -> Callable[[object], str]:
    """A column of ids by their ends: they begin with their time, which neighbours share."""

    @admin.display(description=name.replace("_", " "), ordering=name)
    def shown(row: object) -> str:
        whole = str(getattr(row, name))
        return format_html('<span title="{}">{}</span>', whole, whole[-8:])

    return shown


def number_column(name: str, digits: int) -> Callable[[object], str]:
    """A column of numbers that fit beside each other."""

    @admin.display(description=name.replace("_", " "), ordering=name)
    def shown(row: object) -> str:
        value = getattr(row, name)
        return "–" if value is None else f"{value:.{digits}f}"

    return shown


class ReadOnlyAdmin(DeclaredLookups, _NobodyWrites, AnyModelAdmin):
    """Rows can be listed, filtered and read by whoever may view them, and changed by nobody."""

    show_full_result_count = False
    list_per_page = 50


class ReadOnlyInline(_NobodyWrites, AnyTabularInline):
    """Rows of another table that belong to the one shown, as a table without inputs."""

    template = "platform/read_only_inline.html"
    extra = 0
    can_delete = False

    class Media:
        css = {"all": ["platform/read_only_inline.css"]}  # noqa: RUF012 - as Django reads it

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> Any:
        return self.fields or ()
