"""Usage, to read: single events, and their sums by day, key and meter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from hazardmap.core.full_times import day_of
from hazardmap.metering.models import UsageEvent, UsageSegment
from hazardmap.platform.partitions import first_id_of
from hazardmap.platform.read_only_admin import ReadOnlyAdmin

DAYS = 31
MOST_SUMS = 200


@dataclass(frozen=True, slots=True)
class UsageSum:
    """What one key used of one meter on one day (UTC): units, in so many answers."""

    day: date
    key_id: str
    meter: str
    units: int
    answers: int


class DayFilter(admin.SimpleListFilter):
    """One UTC day, today unless chosen; by id, so that only one partition is read."""

    title = "day (UTC)"
    parameter_name = "day"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        today = timezone.now().astimezone(UTC).date()
        days = [today - timedelta(days=back) for back in range(1, DAYS)]
        return [("all", f"the last {DAYS} days"), *((day.isoformat(), str(day)) for day in days)]

    def queryset(self, request: Any, queryset: QuerySet[UsageEvent]) -> QuerySet[UsageEvent]:
        today = day_of(timezone.now())
        if self.value() == "all":
            return queryset.filter(id__gte=first_id_of(today - timedelta(days=DAYS - 1)))
        try:
            day = date.fromisoformat(self.value() or today.date().isoformat())
            start = datetime(day.year, day.month, day.day, tzinfo=UTC)
            first_id, after_id = first_id_of(start), first_id_of(start + timedelta(days=1))
        except (ValueError, OverflowError) as error:  # no day, or one that no id can be of
            raise IncorrectLookupParameters from error
        return queryset.filter(id__gte=first_id, id__lt=after_id)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Django's first choice is "All"; here no choice means today."""
        for number, choice in enumerate(super().choices(changelist)):
            yield choice | {"display": "today"} if number == 0 else choice


@admin.register(UsageEvent)
class UsageEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "key_id", "meter", "quantity", "subject", "request_id")
    list_filter = (DayFilter, "meter")
    search_fields = ("=key_id",)
    search_help_text = "The public id of an API key"
    ordering = ("-id",)
    change_list_template = "metering/usage_list.html"

    def changelist_view(self, request: Any, extra_context: Any = None) -> Any:
        """Django's list with the sums of everything that the filters select above it."""
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            context["sums"] = usage_sums(context["cl"].queryset)
        return response


def usage_sums(events: QuerySet[UsageEvent]) -> list[UsageSum]:
    """Sums of these events, newest day first, at most 200 lines."""
    grouped = (
        events.order_by()
        .annotate(day=TruncDate("at", tzinfo=UTC))
        .values("day", "key_id", "meter")
        .annotate(units=Sum("quantity"), answers=Count("id"))
    )
    return [UsageSum(**line) for line in grouped.order_by("-day", "key_id", "meter")[:MOST_SUMS]]


@admin.register(UsageSegment)
class UsageSegmentAdmin(ReadOnlyAdmin):
    list_display = ("name", "offset", "finished_at")
    ordering = ("-name",)
