"""How pages write numbers, times and lengths."""

import json
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from hazardmap.web.templatetags.moments import minute, second

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """A share, 0..1, as whole per cent."""
    return f"{round(100 * share)}\u00a0%"


@register.filter
def utc_time(at: datetime) -> SafeString:
    """A moment in UTC; the page's script writes it anew in the reader's own zone."""
    shown = f"{minute(at)} UTC"
    return format_html('<time datetime="{}" data-moment>{}</time>', at.isoformat(), shown)


@register.filter
def utc_second(at: datetime) -> SafeString:
    """The same to the second."""
    shown = f"{second(at)} UTC"
    return format_html('<time datetime="{}" data-moment="second">{}</time>', at.isoformat(), shown)


@register.filter
def ago(at: datetime) -> str:
    """How long ago a moment was that is told in full ten minutes, in its largest fitting unit."""
    age_s = max(0.0, (timezone.now() - at).total_seconds())
    if age_s < 600:
        return gettext("less than 10 minutes ago")
    if age_s < 3600:
        count = int(age_s // 600) * 10
        words = ngettext("%(count)s minute ago", "%(count)s minutes ago", count)
    elif age_s < 86_400:
        count = int(age_s // 3600)
        words = ngettext("%(count)s hour ago", "%(count)s hours ago", count)
    else:
        count = int(age_s // 86_400)
        words = ngettext("%(count)s day ago", "%(count)s days ago", count)
    return words % {"count": count}


@register.filter
def distance(length_m: float) -> SafeString:
    """A length; the page's script writes it anew where people count in feet and miles."""
    if length_m >= 1000:
        shown = f"{number_format(round(length_m / 1000, 1), 1)}\u00a0km"
    else:
        whole = length_m >= 10 or round(length_m, 1) == round(length_m)
        digits = 0 if whole else 1
        shown = f"{number_format(round(length_m, digits), digits)}\u00a0m"
    return format_html('<data value="{}" data-metres>{}</data>', f"{length_m:.1f}", shown)


@register.filter
def linked_data(value: dict[str, Any]) -> SafeString:
    """JSON-LD for search engines: data, which no browser runs."""
    text = json.dumps(value, ensure_ascii=False)
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped
