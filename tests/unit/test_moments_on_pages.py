"""A time of day on a page is an element that the page's script writes in the reader's own zone."""

import re
from datetime import UTC, datetime

from django.utils import translation

from hazardmap.web.templatetags.humane import utc_second
from tests.conftest import REPOSITORY

TEMPLATES = REPOSITORY / "hazardmap" / "web" / "templates"
# Hours that are billed are UTC for everybody; a text for a picture holds no element.
IN_UTC = {
    "portal/usage.html",
    "portal/invoice_line.html",
    "web/account.html",
    "web/earned_line.html",
}


def test_templates_write_times_of_day_as_elements():
    bare = re.compile(r"\|(minute|second|date:\"H)\b")
    found = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if bare.search(path.read_text())
    }
    assert found == IN_UTC


def test_a_moment_to_the_second_says_utc_and_is_read_by_machines():
    with translation.override("de"):
        shown = utc_second(datetime(2026, 11, 28, 14, 2, 10, tzinfo=UTC))
    assert shown == (
        '<time datetime="2026-11-28T14:02:10+00:00" data-moment="second">'
        "28.11.2026, 14:02:10 UTC</time>"
    )
