"""People learn who runs the site and how to reach them."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

OPERATOR = "Road Watch <Ltd>, Street 1, 00100 Town"


def test_the_site_says_who_runs_it(client, settings):
    settings.OPERATOR, settings.CONTACT = OPERATOR, "mailto:map@example.org"
    page = client.get("/about/").content.decode()
    assert "Road Watch &lt;Ltd&gt;, Street 1, 00100 Town" in page
    assert '<a href="mailto:map@example.org">map@example.org</a>' in page


def test_whoever_finds_a_hole_learns_whom_to_tell(client, settings):
    settings.CONTACT = "https://example.org/contact"
    answer = client.get("/.well-known/security.txt?from=elsewhere")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields["Contact"] == "https://example.org/contact"
    assert fields["Canonical"] == "http://testserver/.well-known/security.txt"
    left = datetime.fromisoformat(fields["Expires"]) - timezone.now()
    assert timedelta(days=30) < left < timedelta(days=365)


def test_a_demonstration_has_nobody_to_name(client):
    assert client.get("/.well-known/security.txt").status_code == 404
    assert 'id="operator"' not in client.get("/about/").content.decode()


@pytest.mark.parametrize(
    ("days", "language", "told"),
    [(1, "en", "after 1 day,"), (14, "en", "after 14 days,"), (14, "de", "nach 14 Tagen,")],
)
def test_everybody_can_read_how_long_pictures_stay(client, settings, days, language, told):
    settings.PICTURE_DAYS = days
    assert told in client.get(f"/about/?lang={language}").content.decode()
