"""What people get, instead of a document for programs or nothing to go on from."""

import pytest

from hazardmap.platform import limited

pytestmark = pytest.mark.django_db
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "de"}


@pytest.fixture
def nothing_more(monkeypatch):
    monkeypatch.setattr(limited, "allow", lambda *_args, **_more: False)


def test_whoever_opens_pages_too_fast_gets_a_page_in_their_language(client, nothing_more):
    refused = client.get("/list/", headers=BROWSER)
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert refused["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>Zu viel auf einmal</h1>" in refused.content.decode()


@pytest.mark.parametrize(
    ("address", "accept"), [("/list/", "*/*"), ("/map/hazards.json", BROWSER["Accept"])]
)
def test_programs_that_ask_too_fast_get_a_problem(client, nothing_more, address, accept):
    refused = client.get(address, headers={"Accept": accept})
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
