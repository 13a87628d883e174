"""Moments in UTC, as the reader's language writes them; a page says UTC beside a time of day."""

from datetime import UTC, datetime
from typing import Final

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from django import template
from django.utils.translation import get_language

register = template.Library()
ENGLISH: Final = "en-GB"
"""Of the world: the day before the month, 24 hours."""


def reading_locale() -> Locale:
    """The conventions that belong to the language of the page."""
    language = get_language()
    return Locale.parse(ENGLISH if language == "en" else language, sep="-")


@register.filter
def month(at: datetime) -> str:
    """ "November 2026"."""
    return format_skeleton("yMMMM", at.astimezone(UTC), locale=reading_locale())


@register.filter
def day(at: datetime) -> str:
    """ "28 November 2026"."""
    return format_date(at.astimezone(UTC), "long", locale=reading_locale())


@register.filter
def weekday(at: datetime) -> str:
    """ "Sat, 28 Nov 2026"."""
    return format_skeleton("yMMMEd", at.astimezone(UTC), locale=reading_locale())


@register.filter
def minute(at: datetime) -> str:
    """ "28 Nov 2026, 14:02"."""
    return _with_time(at, "short")


@register.filter
def second(at: datetime) -> str:
    """ "28 Nov 2026, 14:02:10"."""
    return _with_time(at, "medium")


def _with_time(at: datetime, form: str) -> str:
    at, locale = at.astimezone(UTC), reading_locale()
    return f"{format_date(at, 'medium', locale=locale)}, {format_time(at, form, locale=locale)}"
